import { Command } from 'commander';
import {
  environmentStatus,
  expectedOf,
  GitopsError,
  readEnvironment,
  waitForRelease,
  type Cause,
  type Environment,
  type Expected,
  type Checkout,
  type WaitResult,
} from '@slipway/gitops';
import { addClusterOptions, openArgoCd, type ClusterOptions } from '../cluster/open-argo-cd.ts';
import { print } from './print.ts';
import { enterWorkspace } from './workspace.ts';

interface Options extends ClusterOptions {
  env: string;
  timeout: number;
  json?: boolean;
}

export function waitCommand(): Command {
  const command = new Command('wait')
    .description("Wait until an environment's cluster runs exactly the release in the ledger")
    .argument('<app>', 'the app')
    .requiredOption('--env <environment>', 'the environment')
    .option('--timeout <seconds>', 'time limit', seconds, 300)
    .option('--json', 'print JSON');
  return addClusterOptions(command)
    .addHelpText(
      'after',
      '\nExit code 0: Argo CD has synced the configuration commit of the record, pods run its digest, and all objects are\n' +
        'healthy. Exit code 1: the time limit has passed; the causes are listed. Exit code 3: the record has changed.',
    )
    .action(async (app: string, options: Options) => {
      const { root, checkout } = await enterWorkspace();
      const environment = await readEnvironment(root, options.env);
      const result = await waitForRelease({
        app,
        environment: environment.name,
        expected: () => recordOf(checkout, environment, app),
        argocd: await openArgoCd(environment, options),
        deadlineMs: options.timeout * 1000,
        onProgress: (waitingFor, causes) => process.stderr.write(`${progress(waitingFor, causes)}\n`),
      });
      process.exitCode = { running: 0, timeout: 1, superseded: 3 }[result.outcome];
      print(options.json, result, () => describe(result));
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new GitopsError('usage', `--timeout ${text}: use a number of seconds above 0.`, { value: text });
}

async function recordOf(checkout: Checkout, environment: Environment, app: string): Promise<Expected> {
  const { apps } = await environmentStatus(checkout, environment);
  const release = apps.find((status) => status.app === app)?.release;
  if (release) return expectedOf(release);
  const released = apps.filter((status) => status.release).map((status) => status.app);
  throw new GitopsError(
    'usage',
    `${environment.name} has no release of "${app}". Released there: ${released.join(', ') || 'nothing'}.`,
    { value: app },
  );
}

const progress = (waitingFor: string, causes: readonly Cause[]): string =>
  [`waiting for ${waitingFor}`, ...lines(causes)].join('\n');

const lines = (causes: readonly Cause[]): string[] =>
  causes.map(({ resource, message }) => `  ${resource}: ${message.replace(/\s+/g, ' ').trim()}`);

function describe({
  app,
  environment,
  outcome,
  expected,
  waitingFor,
  causes,
  elapsedMs,
}: WaitResult): string {
  const { config, digest } = expected;
  const what = `${app} at ${config.slice(0, 12)}${digest ? ` with ${digest.slice(0, 19)}` : ''}`;
  const took = `${(elapsedMs / 1000).toFixed(1)} s`;
  if (outcome === 'running') return `${environment} runs ${what} (${took})`;
  if (outcome === 'superseded')
    return `The ledger of ${environment} now has another release of ${app} instead of ${what}.`;
  return [
    `${environment} does not run ${what} after ${took}: still waiting for ${waitingFor}`,
    ...lines(causes),
  ].join('\n');
}
