import { randomUUID } from 'node:crypto';
import type { PreTasksExecution } from '@nx/devkit';
import { listEnvironments, pruneRuns } from '@slipway/gitops';
import type { SlipwayPluginOptions } from './create-nodes.ts';
import { namesDeploy, requestedConfiguration } from './run-configuration.ts';

/** Names the run for its tasks; `slipway deploy` leaves its result under this name. */
export const RUN_VARIABLE = 'SLIPWAY_RUN';

/**
 * Before any task: refuses `deploy` with a configuration that is no environment (Nx would silently take the
 * default one), and gives the run a name.
 */
export const preTasksExecution: PreTasksExecution<SlipwayPluginOptions> = async (
  _options,
  { argv, workspaceRoot },
) => {
  const words = argv.slice(2);
  const configuration = requestedConfiguration(words);
  if (configuration !== undefined && namesDeploy(words)) {
    const known = await listEnvironments(workspaceRoot);
    if (!known.includes(configuration)) {
      throw new Error(`There is no environment "${configuration}" to deploy to. Known: ${known.join(', ')}.`);
    }
  }
  await pruneRuns(workspaceRoot);
  process.env[RUN_VARIABLE] = randomUUID();
};
