import { Command } from 'commander';
import {
  diffText,
  environmentStatus,
  GitopsError,
  listEnvironments,
  promote,
  promotionTable,
  publishedFrom,
  readEnvironment,
  type Environment,
  type FromSource,
  type Objection,
  type PromoteResult,
  type Checkout,
} from '@slipway/gitops';
import { diffOutcomes } from '@slipway/gitops/render';
import { builtImages } from '../publish/built-images.ts';
import { addClusterOptions, type ClusterOptions } from '../cluster/open-argo-cd.ts';
import { askCluster } from '../cluster/ask-cluster.ts';
import { copyImage } from '../publish/copy-image.ts';
import { environmentBefore } from './environment-before.ts';
import { exitCodeOfOutcomes } from './exit-code.ts';
import { print } from './print.ts';
import { requester } from './requester.ts';
import { enterWorkspace } from './workspace.ts';

interface Options extends ClusterOptions {
  to: string;
  from?: string;
  fromSource?: string;
  cluster: boolean;
  diff: boolean;
  reason?: string;
  by?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function promoteCommand(): Command {
  const command = new Command('promote')
    .description('Release in one environment what another one runs: same image, same configuration commit')
    .argument('[apps...]', 'the apps, or platform (default: all that both environments deploy)')
    .requiredOption('--to <environment>', 'the environment to release in')
    .option(
      '--from <environment>',
      'the environment to promote from (default: the only one to which runs deploy)',
    )
    .option(
      '--from-source <commit>',
      'in an emergency: promote what was published from this commit, according to local runs, ledgers or registries; needs --reason',
    )
    .option('--reason <text>', 'why to promote a release that diverged, or that no environment has run')
    .option('--by <name>', "author (default: the user who started the CI run, else Git's user.name)")
    .option('--dry-run', 'only print the outcome for each app')
    .option('--no-cluster', 'do not check whether the source environment runs it')
    .option('--no-diff', 'do not show which objects change')
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES);
  return addClusterOptions(command).action(promoteApps);
}

const NOTES =
  '\nNothing is built: images are copied by digest to all registries of the target, then one commit records all\n' +
  'copied apps. Each app has its own outcome: landed, unchanged, held (in either environment), superseded (the\n' +
  'target has a newer release; to go back: slipway rollback) or failed, with the reason. If the cluster of the\n' +
  'source environment can be asked, an app that does not run there is not promoted.\n\n' +
  'For example: npx slipway promote --to production --dry-run\n' +
  '             npx slipway promote api web --from development --to production';

async function promoteApps(apps: string[], options: Options): Promise<void> {
  const { root, checkout } = await enterWorkspace();
  const to = await readEnvironment(root, options.to);
  const from = await originOf(checkout, root, to, options);
  const result = await promote({
    checkout,
    from,
    to,
    reason: options.reason,
    dryRun: options.dryRun ?? false,
    ...(apps.length > 0 && { apps }),
    ...(await requester(checkout, options.by)),
    ...(options.cluster && 'name' in from && { objection: await runningThere(checkout, from, options) }),
    copyImage: (copy) => copyImage(root, copy),
  });
  const name = 'name' in from ? from.name : `commit ${from.commit.slice(0, 12)}`;
  const changes = options.diff ? await changedObjects(checkout, to, result) : undefined;
  print(
    options.json,
    { from: name, to: to.name, ...result, ...(changes?.diffs && { diff: changes.diffs }) },
    () => [promotionTable({ name }, to, result), changes?.text].filter(Boolean).join('\n\n'),
  );
  process.exitCode = exitCodeOfOutcomes(result.outcomes);
}

async function originOf(
  checkout: Checkout,
  root: string,
  to: Environment,
  { from, fromSource }: Options,
): Promise<Environment | FromSource> {
  if (fromSource === undefined)
    return from === undefined ? defaultFrom(root, to) : readEnvironment(root, from);
  if (from === undefined) {
    const names = await listEnvironments(root);
    const environments = await Promise.all(names.map((name) => readEnvironment(root, name)));
    return publishedFrom(checkout, fromSource, to, environments, builtImages);
  }
  throw new GitopsError('usage', 'Use --from or --from-source, not both.', { value: fromSource });
}

/** Objects to apps that the environment's cluster does not run. Returns undefined if it cannot be asked. */
async function runningThere(
  checkout: Checkout,
  from: Environment,
  options: Options,
): Promise<Objection | undefined> {
  const cluster = await askCluster(from, await environmentStatus(checkout, from), options);
  if (cluster === undefined || cluster.error !== undefined) return undefined;
  return async (app) => {
    const seen = cluster.apps[app];
    return seen === undefined || seen.running
      ? undefined
      : `${from.name} does not run it: ${seen.waitingFor ?? seen.health}. Wait for it: npx slipway wait ${app} --env ${from.name}; or --no-cluster`;
  };
}

/** The objects that the promotion changes in the target, or a message if they are unknown. */
async function changedObjects(checkout: Checkout, to: Environment, { outcomes }: PromoteResult) {
  const landed = outcomes.filter(({ outcome }) => outcome === 'landed');
  if (landed.length === 0) return undefined;
  try {
    const diffs = await diffOutcomes(checkout, to, landed);
    return { diffs, text: diffText(diffs) };
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return { text: `The changed objects are unknown: ${error.message.split('\n')[0]}` };
  }
}

/**
 * The only environment before the target to which runs deploy.
 *
 * @throws {GitopsError} `usage` if there is none, or more than one
 */
async function defaultFrom(root: string, to: Environment): Promise<Environment> {
  const before = await environmentBefore(root, to);
  if (before !== undefined) return before;
  const others = (await listEnvironments(root)).filter((name) => name !== to.name);
  throw new GitopsError(
    'usage',
    `It is not clear which environment to promote to ${to.name}. Name it: --from <environment>. Known: ${others.join(', ') || 'no other'}.`,
    { value: to.name },
  );
}
