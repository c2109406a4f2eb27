import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitopsError } from '../error.ts';
import { git } from '../git/run-git.ts';
import type { Checkout } from './checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * Writes folders of commits to a temporary folder, as a checkout would, without changing the work tree or the
 * index. Each folder is written once.
 */
export class CommitFolders {
  readonly #source: Checkout;
  readonly #root: Promise<string>;
  readonly #written = new Map<string, Promise<string>>();
  #closed = false;

  constructor(checkout: Checkout) {
    this.#source = checkout;
    this.#root = mkdtemp(join(tmpdir(), 'slipway-render-'));
    this.#root.catch(() => {}); // thrown again by folder()
  }

  /**
   * Writes a folder of a commit.
   *
   * @returns the path of the written folder
   * @throws {GitopsError} `missing-commit` if this checkout does not have the commit, `invalid` if the commit
   *   does not have the folder
   */
  folder(commit: Commit, path: string): Promise<string> {
    if (this.#closed) return Promise.reject(new Error('The folders are already removed.'));
    const key = `${commit}:${path}`;
    const written = this.#written.get(key) ?? this.#write(commit, path, String(this.#written.size));
    this.#written.set(key, written);
    return written;
  }

  /** Removes all written folders. */
  async close(): Promise<void> {
    this.#closed = true; // so that no folder is written after the removal
    await Promise.allSettled(this.#written.values());
    await rm(await this.#root, { recursive: true, force: true });
  }

  async #write(commit: Commit, path: string, name: string): Promise<string> {
    await assertExists(this.#source, commit, path);
    const folder = join(await this.#root, name);
    const at = { cwd: this.#source.root, env: { GIT_INDEX_FILE: join(await this.#root, `${name}.index`) } };
    await git(['read-tree', `${commit}:${path}`], at);
    await git(['checkout-index', '--all', `--prefix=${folder}/`], at);
    return folder;
  }
}

/**
 * Asserts that a commit has a file or folder.
 *
 * @throws {GitopsError} `missing-commit`, `invalid`
 */
export async function assertExists(checkout: Checkout, commit: Commit, path: string): Promise<void> {
  if ((await checkout.resolve(commit)) === undefined) {
    throw new GitopsError(
      'missing-commit',
      `The commit ${commit.slice(0, 12)} is not in this checkout. Fetch it: git fetch --all`,
      { value: commit },
    );
  }
  if ((await checkout.objectId(commit, path)) === undefined) {
    throw new GitopsError(
      'invalid',
      `${path} does not exist at ${commit.slice(0, 12)}, from which Argo CD reads it.`,
      {
        value: path,
      },
    );
  }
}
