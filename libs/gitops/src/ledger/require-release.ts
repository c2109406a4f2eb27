import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import type { Tip } from './ledger-repository.ts';
import { readReleases, releasedApps, type Release } from './records.ts';
import { knownNames } from '../text/similar-name.ts';
import { stackProject } from '../workspace/stack.ts';

/**
 * The release of an app at a tip.
 *
 * @throws {GitopsError} `usage` if it has none; the message lists the released apps
 */
export async function requireRelease(
  tip: Tip,
  environment: Pick<Environment, 'name' | 'ledger'>,
  app: string,
): Promise<Release> {
  const release = (await readReleases(tip, [app], environment.ledger.branch)).get(app);
  if (release === undefined) throw notReleased(tip, environment, app);
  return release;
}

/** The error for a project without a record in an environment. */
export function notReleased(
  tip: Tip,
  { name }: Pick<Environment, 'name' | 'ledger'>,
  app: string,
): GitopsError {
  const stacks = tip.files.flatMap((file) => /^stacks\/([^/]+)\/applied\.yaml$/.exec(file)?.[1] ?? []);
  const applied = stacks.map((stack) => stackProject(name, stack)).sort();
  const released = knownNames('Released there', app, [...releasedApps(tip), ...applied]);
  return new GitopsError('usage', `${name} has no release of "${app}". ${released}`, { value: app });
}
