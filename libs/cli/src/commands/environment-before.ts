import { listEnvironments, promotedFrom, readEnvironment, type Environment } from '@slipway/gitops';

/** The one environment before a target, of all that there are; undefined where it is not clear which. */
export async function environmentBefore(root: string, to: Environment): Promise<Environment | undefined> {
  const names = await listEnvironments(root);
  return promotedFrom(await Promise.all(names.map((name) => readEnvironment(root, name))), to);
}
