import type { PostTasksExecution, TaskResult } from '@nx/devkit';
import {
  bump,
  bumpTable,
  GitopsError,
  isDeployedTo,
  isStackOf,
  readEnvironment,
  readRunResults,
  runUrlOf,
  Checkout,
  intentsOf,
  type Environment,
  type Failure,
  type RunResult,
} from '@slipway/gitops';
import { affectedProjects } from '../affected.ts';
import { RUN_VARIABLE } from './before-tasks.ts';
import { DEFAULT_ENVIRONMENT, type SlipwayPluginOptions } from '../targets/create-nodes.ts';

const DONE: ReadonlySet<string> = new Set([
  'success',
  'local-cache',
  'local-cache-kept-existing',
  'remote-cache',
]);

/**
 * Makes one bump commit after all tasks, for the apps whose `deploy` succeeded and the applied stacks. It
 * also runs after a partial failure, so one failed app does not block the others. After a stopped run it does
 * nothing, because unfinished tasks might have failed.
 */
export const postTasksExecution: PostTasksExecution<SlipwayPluginOptions> = async (options, context) => {
  const tasks = Object.values(context.taskResults);
  const deploys = tasks.filter(isDeploy);
  const run = process.env[RUN_VARIABLE];
  if (deploys.length === 0 || run === undefined) return;
  if (tasks.some(({ status }) => (status as string) === 'stopped')) {
    console.log('\nThe run was stopped, so nothing is released. The same apps are still due.');
    for (const line of await appliedLines(context.workspaceRoot, run)) console.log(line);
    return;
  }
  const fallback = options?.defaultEnvironment ?? DEFAULT_ENVIRONMENT;
  const environments = new Set(deploys.map(({ task }) => task.target.configuration ?? fallback));
  for (const name of environments) await release(context.workspaceRoot, run, name, tasks);
};

async function release(root: string, run: string, name: string, tasks: readonly TaskResult[]): Promise<void> {
  const environment = await readEnvironment(root, name);
  const done = new Set(tasks.filter((task) => isDeploy(task) && DONE.has(task.status)).map(projectOf));
  const results = (await readRunResults(root, run)).filter(
    ({ environment, app, applied }) => environment === name && (applied !== undefined || done.has(app)),
  );
  if (results.length === 0) return; // nothing was published or applied
  const reported = new Set([...done, ...results.map(({ app }) => app)]);
  await bumpOnce(root, run, environment, results, await failures(root, name, tasks, reported));
}

/** Projects of the environment that failed before their deploy. Nx does not report skipped tasks. */
async function failures(
  root: string,
  environment: string,
  tasks: readonly TaskResult[],
  reported: ReadonlySet<string>,
): Promise<Failure[]> {
  const red = tasks.filter((task) => task.status === 'failure' && !reported.has(projectOf(task)));
  const first = new Map(red.toReversed().map((task) => [projectOf(task), task.task.target.target]));
  const belongs = await Promise.all(
    [...first.keys()].map(
      async (project) =>
        (await isDeployedTo(root, project, environment)) || (await isStackOf(root, project, environment)),
    ),
  );
  return [...first]
    .filter((_, at) => belongs[at])
    .map(([app, target]) => ({ app, reason: `its ${target} failed` }));
}

async function bumpOnce(
  root: string,
  run: string,
  environment: Environment,
  results: readonly RunResult[],
  red: readonly Failure[],
): Promise<void> {
  const { intents, failed } = intentsOf(results);
  try {
    const result = await bump({
      checkout: await Checkout.open(root),
      environment,
      intents,
      failed: [...failed, ...red],
      changed: affectedProjects('cached'),
      runUrl: runUrlOf(process.env),
    });
    console.log(`\n${bumpTable(environment, result)}\n`);
    const diverged = result.outcomes.filter(
      ({ app, outcome }) => outcome === 'failed' && intents.some((intent) => intent.app === app),
    );
    if (diverged.length > 0)
      throw new Error(diverged.map(({ app, reason }) => `${app}: ${reason}`).join('\n'));
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    const again = `Images are published or stacks applied, but the ledger does not record them. To record them: npx slipway bump --env ${environment.name} --run ${run}`;
    throw new Error(`${error.message}\n${again}`, { cause: error });
  }
}

/** A message per environment with stacks that a stopped run has applied but not recorded. */
async function appliedLines(root: string, run: string): Promise<string[]> {
  const applied = (await readRunResults(root, run)).filter((result) => result.applied !== undefined);
  return [...new Set(applied.map(({ environment }) => environment))].map((environment) => {
    const stacks = applied.filter((result) => result.environment === environment).map(({ app }) => app);
    return `The cloud may have changes of ${stacks.join(', ')}. To record them: npx slipway bump --env ${environment} --run ${run}`;
  });
}

function isDeploy({ task }: TaskResult): boolean {
  return task.target.target === 'deploy';
}

function projectOf({ task }: TaskResult): string {
  return task.target.project;
}
