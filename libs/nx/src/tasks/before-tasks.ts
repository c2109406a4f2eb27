import { randomUUID } from 'node:crypto';
import type { PreTasksExecution } from '@nx/devkit';
import { listEnvironments, pruneRuns } from '@slipway/gitops';
import type { SlipwayPluginOptions } from '../targets/create-nodes.ts';
import { namesDeploy, requestedConfiguration } from './run-configuration.ts';

/** The variable with the id of the run. `slipway deploy` writes its result under this id. */
export const RUN_VARIABLE = 'SLIPWAY_RUN';

/**
 * Before all tasks: refuses `deploy` with a configuration that is not an environment (Nx would silently use
 * the default), and sets the id of the run.
 */
export const preTasksExecution: PreTasksExecution<SlipwayPluginOptions> = async (
  _options,
  { argv, workspaceRoot },
) => {
  const args = argv.slice(2);
  const configuration = requestedConfiguration(args);
  if (configuration !== undefined && namesDeploy(args)) {
    const known = await listEnvironments(workspaceRoot);
    if (!known.includes(configuration)) {
      throw new Error(`There is no environment "${configuration}" to deploy to. Known: ${known.join(', ')}.`);
    }
  }
  await pruneRuns(workspaceRoot);
  process.env[RUN_VARIABLE] = randomUUID();
};
