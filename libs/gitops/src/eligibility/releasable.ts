import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { fetchBranch } from '../checkout/checkout-remotes.ts';
import type { Mainline, Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** A commit that may be released to an environment. */
export interface Releasable {
  head: Commit;
  /** The history from which the environment releases. */
  mainline: Mainline;
  /** Whether the work tree has uncommitted changes; the release must then record a snapshot. */
  dirty: boolean;
}

/**
 * Checks before anything is published that the checked-out commit may be released. Unless the environment
 * releases from the work tree, the work tree must be clean and the commit must be on the branch that Argo CD
 * reads.
 *
 * @throws {GitopsError} `dirty`, `unpushed`, `no-commit`, `shallow`, and the errors of reading the remote
 */
export async function assertReleasable(checkout: Checkout, environment: Environment): Promise<Releasable> {
  const head = await checkout.head();
  const changes = await checkout.changes();
  if (environment.source === 'worktree') return { head, mainline: 'branches', dirty: changes.length > 0 };
  if (changes.length > 0) throw dirty(environment.name, changes);
  const { remote, branch } = environment.source;
  const mainline = await fetchBranch(checkout, remote, branch);
  if (!(await checkout.isAncestor(head, mainline))) throw unpushed(environment.name, head, remote, branch);
  return { head, mainline, dirty: false };
}

function dirty(environment: string, changes: readonly string[]): GitopsError {
  const shown =
    changes.slice(0, 5).join(', ') + (changes.length > 5 ? ` and ${changes.length - 5} more` : '');
  return new GitopsError(
    'dirty',
    `The work tree has uncommitted changes (${shown}), but ${environment} releases only commits. Commit them, then run again.`,
    { value: changes },
  );
}

function unpushed(environment: string, head: Commit, remote: string, branch: string): GitopsError {
  return new GitopsError(
    'unpushed',
    `${head.slice(0, 12)} is not on ${remote}/${branch}, from which ${environment} releases: its Argo CD could not read it. ` +
      `Push first: git push ${remote} HEAD:${branch}`,
    { value: head },
  );
}
