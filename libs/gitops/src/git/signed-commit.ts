import { GitopsError } from '../error.ts';
import type { GitOptions, GitResult } from './run-git.ts';
import type { Signatures } from './commit-identity.ts';
import type { Commit } from './commit.ts';

/** Runs git in the repository that a commit is made in. */
export type RunGit = (args: readonly string[], options: Omit<GitOptions, 'cwd'>) => Promise<GitResult>;

/** The content of a commit. */
interface CommitContent {
  tree: string;
  parents: readonly Commit[];
  message: string;
  signatures: Signatures;
}

/** Makes a signed commit with `git commit-tree`. @throws {GitopsError} `signing` */
export async function signedCommit(
  git: RunGit,
  { tree, parents, message, signatures: { author, committer, sign } }: CommitContent,
): Promise<Commit> {
  const who = Object.entries({ AUTHOR: author, COMMITTER: committer }).flatMap(([role, { name, email }]) => [
    [`GIT_${role}_NAME`, name],
    [`GIT_${role}_EMAIL`, email],
  ]);
  const key = typeof sign === 'string' ? `--gpg-sign=${sign}` : '--gpg-sign';
  const args = ['commit-tree', key, ...parents.flatMap((id) => ['-p', id]), '-F', '-', tree];
  const made = await git(args, { input: message, env: Object.fromEntries(who) as Record<string, string> });
  if (made.code === 0) return made.stdout.toString('utf8').trim();
  throw new GitopsError('signing', `The commit could not be signed, so nothing was written: ${made.stderr}`);
}
