import { Command } from 'commander';
import {
  bump,
  bumpTable,
  GitopsError,
  listRuns,
  readEnvironment,
  runUrlOf,
  readRunResults,
  intentsOf,
  type RunResult,
} from '@slipway/gitops';
import { print } from './print.ts';
import { enterWorkspace, type Workspace } from './workspace.ts';

interface Options {
  env: string;
  run?: string;
  json?: boolean;
}

export function bumpCommand(): Command {
  return new Command('bump')
    .description(
      'Record what a run has published and applied, in one commit; for a run whose own bump failed',
    )
    .option('--env <environment>', 'the environment', 'local')
    .option('--run <id>', 'the run, a folder in .slipway/runs (default: the newest)')
    .option('--json', 'print JSON')
    .action(async ({ env, run, json }: Options) => {
      const workspace = await enterWorkspace();
      const environment = await readEnvironment(workspace.root, env);
      const results = await resultsOf(workspace, env, run);
      const { affectedProjects } = await import('@slipway/nx/affected');
      const result = await bump({
        checkout: workspace.checkout,
        environment,
        ...intentsOf(results),
        changed: affectedProjects('fresh'),
        runUrl: runUrlOf(process.env),
      });
      print(json, result, () => bumpTable(environment, result));
      if (result.outcomes.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
    });
}

async function resultsOf(
  { root, checkout }: Workspace,
  environment: string,
  run?: string,
): Promise<RunResult[]> {
  const id = run ?? (await listRuns(root))[0];
  const results = id === undefined ? [] : await readRunResults(root, id);
  const published = results.filter((result) => result.environment === environment);
  if (published.length === 0) {
    throw new GitopsError(
      'usage',
      `${id ? `The run ${id} has not` : 'No run has'} applied or published anything for ${environment}. Deploy first: npx nx affected -t deploy -c ${environment}`,
      { value: id },
    );
  }
  const head = await checkout.head();
  const other = published.find((result) => result.head !== head);
  if (other) {
    throw new GitopsError(
      'refused',
      `The run ${id} was made at ${other.head.slice(0, 12)}, but ${head.slice(0, 12)} is checked out. Check out that commit, or deploy again.`,
      { value: other.head },
    );
  }
  return published;
}
