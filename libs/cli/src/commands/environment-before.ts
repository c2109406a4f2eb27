import { listEnvironments, promotedFrom, readEnvironment, type Environment } from '@slipway/gitops';

/** The environment before a target. Returns undefined if there is none, or more than one. */
export async function environmentBefore(root: string, to: Environment): Promise<Environment | undefined> {
  const names = await listEnvironments(root);
  return promotedFrom(await Promise.all(names.map((name) => readEnvironment(root, name))), to);
}
