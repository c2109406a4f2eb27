import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, gitLine } from '../git/run-git.ts';
import type { Commit } from '../git/commit.ts';

/** The trailer of a commit that contains uncommitted changes on top of its parent. */
export const SNAPSHOT_TRAILER = 'Slipway-Snapshot: true';

/**
 * Writes a work tree with its uncommitted changes as a commit on top of HEAD. The same tree on the same HEAD
 * gives the same id. No ref of the checkout points to the commit: a caller that records it must push it.
 */
export async function writeSnapshot(root: string, head: Commit): Promise<Commit> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-snapshot-'));
  try {
    const index = join(folder, 'index');
    await copyIndex(root, index);
    const env = { GIT_INDEX_FILE: index };
    await git(['add', '--all', '--', '.'], { cwd: root, env });
    const tree = await gitLine(['write-tree'], { cwd: root, env });
    return await commitSnapshot(root, tree, head);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Copies the real index, so git needs to read only changed files. The copy is dated one second earlier: git
 * reads files again that changed just before the index was written, and a new date would hide them.
 */
async function copyIndex(root: string, to: string): Promise<void> {
  const real = await gitLine(['rev-parse', '--path-format=absolute', '--git-path', 'index'], { cwd: root });
  const found = await stat(real).catch(() => undefined);
  if (!found) return;
  const date = Math.floor(found.mtimeMs / 1000) - 1;
  await copyFile(real, to);
  await utimes(to, date, date);
}

async function commitSnapshot(root: string, tree: string, head: Commit): Promise<Commit> {
  const date = await gitLine(['show', '--no-patch', '--format=%cI', head], { cwd: root });
  const identity = { NAME: 'slipway', EMAIL: 'slipway@localhost', DATE: date };
  const env = Object.fromEntries(
    Object.entries(identity).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]),
  );
  return gitLine(['commit-tree', '--no-gpg-sign', '-p', head, '-F', '-', tree], {
    cwd: root,
    env,
    input: `Snapshot of uncommitted changes\n\n${SNAPSHOT_TRAILER}\n`,
  });
}
