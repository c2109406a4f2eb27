import { GitopsError } from '../error.ts';
import { gitLine, tryGit } from '../git/run-git.ts';
import { connectionTo, REMOTE } from '../git/remote-connection.ts';
import type { Settings } from '../git/git-settings.ts';
import type { Commit } from '../git/commit.ts';

/** A clone that may lack history. */
export interface Shallow {
  readonly root: string;
  readonly settings: () => Promise<Settings>;
  isWhole(): Promise<boolean>;
}

/** Whether a clone has the whole history, that is, is not shallow. */
export async function isWhole(root: string): Promise<boolean> {
  return (await gitLine(['rev-parse', '--is-shallow-repository'], { cwd: root })) === 'false';
}

/**
 * Fetches the rest of the history of a shallow clone from `origin` or from the only remote.
 *
 * @param commit the commit whose position in history is needed, for the message
 * @throws {GitopsError} `shallow` if the rest cannot be fetched
 */
export async function deepen(clone: Shallow, commit: Commit): Promise<void> {
  const { root } = clone;
  const settings = await clone.settings();
  const names = settings.matching(/^remote\..*\.url$/).map(([key]) => key.slice(7, -4));
  const remote = names.includes('origin') ? 'origin' : names.length === 1 ? names[0] : undefined;
  const connection = remote === undefined ? undefined : connectionTo(settings, remote);
  if (connection !== undefined) {
    const args = ['fetch', '--quiet', '--unshallow', '--no-tags', '--no-write-fetch-head', '--refmap='];
    const fetched = await tryGit([...args, '--', REMOTE, 'HEAD'], { cwd: root, env: { ...connection.env } });
    if (fetched.code === 0 && (await clone.isWhole())) return;
  }
  throw new GitopsError(
    'shallow',
    `The position of ${commit.slice(0, 12)} in history is unknown: this clone is shallow, and the rest of its history ` +
      'cannot be fetched. Run `git fetch --unshallow`, or check out with `fetch-depth: 0`.',
    { value: commit },
  );
}
