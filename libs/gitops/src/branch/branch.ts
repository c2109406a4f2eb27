import type { Edit } from '../git/edit-tree.ts';
import type { Commit } from '../git/commit.ts';

/** Where a file lies on a branch, and its content by name. */
export interface BranchFile {
  path: string;
  id: string;
}

/**
 * A branch of a repository somewhere, as a place to put commits on: all that the rest of this package asks of Git
 * hosting. {@link GitBranch} is the one over plain Git; one over a host's API needs no more than this.
 */
export interface Branch {
  readonly branch: string;
  /** The remote's name or address, for messages. */
  readonly remote: string;
  /** Equal for what is the same branch of the same repository, written to by the same people. */
  readonly key: string;

  /**
   * The newest commit, its files readable from now on; undefined while the branch does not exist.
   *
   * @throws {GitopsError} `auth`, `not-found`, `network`, `timeout`
   */
  fetch(signal?: AbortSignal): Promise<Commit | undefined>;

  /** The files in a folder and below at a commit, by path from the root. @param folder '' for all */
  list(commit: Commit, folder: string): Promise<BranchFile[]>;

  /** What a file holds at a commit; undefined where there is none. A symbolic link is no file. */
  read(commit: Commit, path: string): Promise<Buffer | undefined>;

  /** Contents by id. */
  readObjects(ids: readonly string[]): Promise<(Buffer | undefined)[]>;

  /**
   * Makes a commit on top of another; the branch does not move.
   *
   * @param keep commits that this one keeps fetchable: its further parents
   * @throws {GitopsError} `refused` where a path of the edit is no ordinary file, `signing`
   */
  commit(parent: Commit | undefined, edit: Edit, message: string, keep?: readonly Commit[]): Promise<Commit>;

  /**
   * Moves the branch from `expected` to `commit`, or leaves it alone: a compare-and-swap.
   *
   * @param refs further refs to write, by name: commits that nothing else keeps
   * @returns `landed`, which is only said of what the remote holds, or `stale` when somebody else was quicker
   * @throws {GitopsError} `auth`, `refused`, `not-found`, `network`, `timeout`
   */
  push(
    commit: Commit,
    expected: Commit | undefined,
    options?: { refs?: ReadonlyMap<string, Commit>; signal?: AbortSignal },
  ): Promise<'landed' | 'stale'>;

  /** Closes connections and deletes temporary files. */
  close(): Promise<void>;
}
