import { Command } from 'commander';
import {
  assertReleasable,
  bump,
  bumpTable,
  deployFile,
  GitopsError,
  isDeployedTo,
  PLATFORM,
  readEnvironment,
  runUrlOf,
  writeRunResult,
  type RunResult,
} from '@slipway/gitops';
import { exitCodeOfOutcomes } from './exit-code.ts';
import { print } from './print.ts';
import { publish } from '../publish/publish.ts';
import { enterWorkspace, type Workspace } from './workspace.ts';

interface Options {
  env: string;
  json?: boolean;
}

/** The Nx run of this task, set by the Nx plugin. The run makes one bump after all its tasks. */
const run = (): string | undefined => process.env['SLIPWAY_RUN'];

export function deployCommand(): Command {
  return new Command('deploy')
    .description("Publish the built image of an app to the environment's registries, then release it")
    .argument('<app>', `the app (its folder under apps/), or ${PLATFORM}, which has no image to publish`)
    .option('--env <environment>', 'the environment', 'local')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nInside an Nx run it only publishes; the run then makes one commit for all its apps. It does not build the\n' +
        'image; `npx nx deploy APP -c ENVIRONMENT` builds, publishes and releases.',
    )
    .action(async (app: string, { env, json }: Options) => {
      const workspace = await enterWorkspace();
      const result = await deploy(workspace, app, env, json);
      if (typeof result === 'string')
        return print(json, { app, environment: env, skipped: result }, () => result);
      if (run() === undefined) return release(workspace, result, json);
      await writeRunResult(workspace.root, run() as string, result);
      print(json, result, () => describe(result));
    });
}

/** Publishes the image. Returns the result, or the reason if there was nothing to do. */
async function deploy(
  workspace: Workspace,
  app: string,
  name: string,
  json?: boolean,
): Promise<RunResult | string> {
  const { root, checkout } = workspace;
  const environment = await readEnvironment(root, name);
  if (app !== PLATFORM && !(await isDeployedTo(root, app, 'values'))) {
    throw new GitopsError('usage', `There is no app "${app}": apps/${app}/deploy/values.yaml is missing.`, {
      value: app,
    });
  }
  if (!(await isDeployedTo(root, app, name))) {
    return `${app} is not deployed to ${name}: ${deployFile(app, name)} does not exist. Nothing to do.`;
  }
  if (environment.deploy === 'promote') {
    return `${name} accepts only promotions, so nothing was done. Deploy to an environment before it, then: npx slipway promote ${app} --to ${name}`;
  }
  const { head, dirty } = await assertReleasable(checkout, environment);
  if (app === PLATFORM) return { app, environment: name, head, registries: [] };
  const published = await publish(
    root,
    app,
    environment,
    dirty ? undefined : head,
    json ? () => {} : (line) => process.stdout.write(`${line}\n`),
  );
  return { app, environment: name, head, ...published };
}

async function release(
  { root, checkout }: Workspace,
  { app, environment, image }: RunResult,
  json?: boolean,
): Promise<void> {
  const { affectedProjects } = await import('@slipway/nx/affected');
  const target = await readEnvironment(root, environment);
  const result = await bump({
    checkout,
    environment: target,
    intents: [{ app, image }],
    changed: affectedProjects('fresh'),
    runUrl: runUrlOf(process.env),
  });
  print(json, result, () => bumpTable(target, result));
  process.exitCode = exitCodeOfOutcomes(result.outcomes);
}

function describe({ app, image, registries }: RunResult): string {
  if (image === undefined) return `${app} has no image: its configuration is released`;
  return registries
    .map(({ repository, uploadedBlobs, uploadedBytes }) =>
      uploadedBlobs === 0
        ? `${repository}:${image.tag} already exists: nothing uploaded`
        : `${repository}:${image.tag}: ${uploadedBlobs} blobs, ${uploadedBytes.toLocaleString('en')} bytes uploaded`,
    )
    .join('\n');
}
