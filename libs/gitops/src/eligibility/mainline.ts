import type { Environment } from '../workspace/environment.ts';
import { fetchBranch } from '../checkout/checkout-remotes.ts';
import type { Mainline, Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * Fetches the history from which an environment releases.
 *
 * @throws {GitopsError} `not-found`, `auth`, `network`
 */
export async function mainlineOf(checkout: Checkout, { source: from }: Environment): Promise<Mainline> {
  return from === 'worktree' ? 'branches' : fetchBranch(checkout, from.remote, from.branch);
}

/**
 * Why Argo CD of an environment cannot read charts and values at a commit. Undefined if it can.
 *
 * @throws {GitopsError} `shallow`
 */
export async function unreadable(
  checkout: Checkout,
  environment: Environment,
  mainline: Mainline,
  commit: Commit,
): Promise<string | undefined> {
  const id = commit.slice(0, 12);
  if ((await checkout.resolve(commit)) === undefined) {
    return `its configuration commit ${id} is not in this checkout. Fetch it: git fetch --all`;
  }
  if (environment.source === 'worktree') return undefined;
  const { remote, branch } = environment.source;
  if (await checkout.isSnapshot(commit)) {
    return `its configuration commit ${id} is a snapshot of uncommitted changes. Commit, push to ${remote}/${branch} and deploy again`;
  }
  if (await checkout.isOnMainline(commit, mainline)) return undefined;
  return `its configuration commit ${id} is not on ${remote}/${branch}, which ${environment.name} reads. Deploy a commit of that branch`;
}
