import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import type { Tip } from './ledger-repository.ts';
import { readReleases, releasedApps, type LedgerState, type Release } from './records.ts';
import { knownNames } from '../text/similar-name.ts';
import { stackProject } from '../workspace/stack.ts';

/**
 * The release that a tip holds of an app.
 *
 * @throws {GitopsError} `usage` where there is none, with those that there are
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

/** The error for a project that an environment has no record of. */
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

/** The state with projects among what is due. */
export function withPending(state: LedgerState, ...projects: readonly string[]): LedgerState {
  return { ...state, pending: [...new Set([...state.pending, ...projects])].sort() };
}
