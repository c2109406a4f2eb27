import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitopsError } from '../error.ts';
import { git } from '../git/run-git.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * Folders as they were at commits, written to a temporary place as a checkout would write them: the work tree and the
 * index are left alone. Each is written once.
 */
export class CommitFolders {
  readonly #source: Checkout;
  readonly #place: Promise<string>;
  readonly #written = new Map<string, Promise<string>>();
  #closed = false;

  constructor(checkout: Checkout) {
    this.#source = checkout;
    this.#place = mkdtemp(join(tmpdir(), 'slipway-render-'));
    this.#place.catch(() => {}); // told to whoever asks for a folder
  }

  /**
   * A folder of a commit.
   *
   * @returns where it lies
   * @throws {GitopsError} `missing-commit` where this checkout does not have the commit, `invalid` where the commit
   *   does not have the folder
   */
  folder(commit: Commit, path: string): Promise<string> {
    if (this.#closed) return Promise.reject(new Error('The folders are removed already.'));
    const key = `${commit}:${path}`;
    const written = this.#written.get(key) ?? this.#write(commit, path, String(this.#written.size));
    this.#written.set(key, written);
    return written;
  }

  /** Removes all of them. */
  async close(): Promise<void> {
    this.#closed = true; // what others still ask for must not come back after the removal
    await Promise.allSettled(this.#written.values());
    await rm(await this.#place, { recursive: true, force: true });
  }

  async #write(commit: Commit, path: string, name: string): Promise<string> {
    await assertExists(this.#source, commit, path);
    const place = join(await this.#place, name);
    const at = { cwd: this.#source.root, env: { GIT_INDEX_FILE: join(await this.#place, `${name}.index`) } };
    await git(['read-tree', `${commit}:${path}`], at);
    await git(['checkout-index', '--all', `--prefix=${place}/`], at);
    return place;
  }
}

/**
 * Whether a commit has a file or folder.
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
      `${path} is not there at ${commit.slice(0, 12)}, and Argo CD reads it there.`,
      {
        value: path,
      },
    );
  }
}
