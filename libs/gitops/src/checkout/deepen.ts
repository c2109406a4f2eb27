import { GitopsError } from '../error.ts';
import { gitLine, tryGit } from '../git/run-git.ts';
import { connectionTo, REMOTE } from '../git/connection.ts';
import type { Settings } from '../git/settings.ts';
import type { Commit } from '../git/commit.ts';

/** A clone that may lack history. */
export interface Shallow {
  readonly root: string;
  readonly settings: () => Promise<Settings>;
  isWhole(): Promise<boolean>;
}

/** Whether a clone has its whole history, and not only the newest part of it. */
export async function isWhole(root: string): Promise<boolean> {
  return (await gitLine(['rev-parse', '--is-shallow-repository'], { cwd: root })) === 'false';
}

/**
 * Fetches the rest of the history of a shallow clone, because the place of a commit in it is in question: `origin`'s,
 * or that of the only remote.
 *
 * @throws {GitopsError} `shallow` where the rest cannot be had
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
    `This clone is shallow, so it cannot tell where ${commit.slice(0, 12)} lies in history, and the rest could not ` +
      'be fetched. Run `git fetch --unshallow`, or check out with `fetch-depth: 0`.',
    { value: commit },
  );
}
