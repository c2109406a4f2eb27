import { Command } from 'commander';
import { hold, readEnvironment, type HoldResult } from '@slipway/gitops';
import { describeHold } from './describe-hold.ts';
import { print } from './print.ts';
import { requester } from './requester.ts';
import { enterWorkspace } from './workspace.ts';

interface Options {
  env: string;
  reason: string;
  until?: string;
  by?: string;
  json?: boolean;
}

export function holdCommand(): Command {
  return new Command('hold')
    .description('Keep the current release of an app: runs and promotions do not replace it')
    .argument('<app>', 'the app to hold')
    .requiredOption('--env <environment>', 'the environment')
    .requiredOption('--reason <text>', 'why; shown wherever the hold takes effect')
    .option('--until <time>', 'when it ends: 90m, 2h, 1d12h, 2w, or 2026-12-01T08:00Z (default: when lifted)')
    .option('--by <name>', "author (default: the user who started the CI run, else Git's user.name)")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nRuns continue to publish; their releases of a held app are pending, and the first run after the hold deploys\n' +
        'them. A second hold replaces reason and end. To go back to an older release: slipway rollback.\n\n' +
        'For example: npx slipway hold api --env production --reason "incident 7" --until 2h',
    )
    .action(async (app: string, { env, reason, until, by, json }: Options) => {
      const { root, checkout } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const author = await requester(checkout, by);
      const result = await hold(checkout, environment, app, { ...author, reason, until });
      print(json, { environment: env, ...result }, () => describe(env, result));
    });
}

function describe(environment: string, { app, hold, replaced, commit }: HoldResult): string {
  const held = `held in ${environment} ${describeHold(hold)}`;
  if (commit === undefined) return `${app} is already ${held}: nothing to do.`;
  const lines = [`${app} is ${held}: commit ${commit.slice(0, 12)}.`];
  if (replaced) lines.push(`This replaces the hold ${describeHold(replaced)}.`);
  lines.push(`To lift it: npx slipway unhold ${app} --env ${environment}`);
  return lines.join('\n');
}
