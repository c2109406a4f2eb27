import type { PostTasksExecution, TaskResult } from '@nx/devkit';
import {
  bump,
  bumpTable,
  GitopsError,
  isDeployedTo,
  readEnvironment,
  readRunResults,
  runUrlOf,
  Source,
  type Environment,
  type RunResult,
} from '@slipway/gitops';
import { affectedProjects } from './affected.ts';
import { RUN_VARIABLE } from './before-tasks.ts';
import { DEFAULT_ENVIRONMENT, type SlipwayPluginOptions } from './create-nodes.ts';

const DONE: ReadonlySet<string> = new Set([
  'success',
  'local-cache',
  'local-cache-kept-existing',
  'remote-cache',
]);

/**
 * After all tasks: one bump commit for the apps whose `deploy` succeeded. It runs after partial failure too, so
 * that one red app does not hold back the others; it does nothing when the run was stopped, because then nobody
 * knows what would have failed.
 */
export const postTasksExecution: PostTasksExecution<SlipwayPluginOptions> = async (options, context) => {
  const tasks = Object.values(context.taskResults);
  const deploys = tasks.filter(isDeploy);
  const run = process.env[RUN_VARIABLE];
  if (deploys.length === 0 || run === undefined) return;
  if (tasks.some(({ status }) => (status as string) === 'stopped')) {
    console.log('\nThe run was stopped: nothing is released. What was due is still due.');
    return;
  }
  const fallback = options?.defaultEnvironment ?? DEFAULT_ENVIRONMENT;
  const environments = new Set(deploys.map(({ task }) => task.target.configuration ?? fallback));
  for (const name of environments) await release(context.workspaceRoot, run, name, tasks);
};

async function release(root: string, run: string, name: string, tasks: readonly TaskResult[]): Promise<void> {
  const environment = await readEnvironment(root, name);
  const done = new Set(tasks.filter((task) => isDeploy(task) && DONE.has(task.status)).map(projectOf));
  const published = (await readRunResults(root, run)).filter(
    (result) => result.environment === name && done.has(result.app),
  );
  if (published.length === 0) return; // nothing was published, so nothing can be released
  await bumpOnce(root, run, environment, published, await failures(root, name, tasks, done));
}

/** Apps of the environment that did not get as far as a deploy; Nx does not report tasks that it skipped. */
async function failures(
  root: string,
  environment: string,
  tasks: readonly TaskResult[],
  done: ReadonlySet<string>,
): Promise<{ app: string; reason: string }[]> {
  const red = tasks.filter((task) => task.status === 'failure' && !done.has(projectOf(task)));
  const first = new Map(red.toReversed().map((task) => [projectOf(task), task.task.target.target]));
  const deployed = await Promise.all([...first.keys()].map((app) => isDeployedTo(root, app, environment)));
  return [...first]
    .filter((_, at) => deployed[at])
    .map(([app, target]) => ({ app, reason: `its ${target} failed` }));
}

async function bumpOnce(
  root: string,
  run: string,
  environment: Environment,
  published: readonly RunResult[],
  failed: readonly { app: string; reason: string }[],
): Promise<void> {
  try {
    const result = await bump({
      source: await Source.open(root),
      environment,
      intents: published.map(({ app, image }) => ({ app, image })),
      failed,
      changed: affectedProjects('cached'),
      runUrl: runUrlOf(process.env),
    });
    console.log(`\n${bumpTable(environment, result)}\n`);
    const diverged = result.outcomes.filter(
      ({ app, outcome }) => outcome === 'failed' && !failed.some((task) => task.app === app),
    );
    if (diverged.length > 0)
      throw new Error(diverged.map(({ app, reason }) => `${app}: ${reason}`).join('\n'));
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    const again = `Images are published, nothing is released. To release them: npx slipway bump --env ${environment.name} --run ${run}`;
    throw new Error(`${error.message}\n${again}`, { cause: error });
  }
}

function isDeploy({ task }: TaskResult): boolean {
  return task.target.target === 'deploy';
}

function projectOf({ task }: TaskResult): string {
  return task.target.project;
}
