import type { Edit } from '../git/edit-tree.ts';
import type { Commit } from '../git/commit.ts';

/** A file of a branch, and the id of its content. */
export interface BranchFile {
  path: string;
  id: string;
}

/**
 * A branch of a remote repository: everything that the rest of this package needs from Git hosting.
 * {@link GitBranch} implements it by git; an implementation by a host's API would need only these methods.
 */
export interface Branch {
  readonly branch: string;
  /** The remote's name or address, for messages. */
  readonly remote: string;
  /** Equal for the same branch of the same repository with the same author, committer and key. */
  readonly key: string;

  /**
   * Fetches the tip with its files; undefined if the branch does not exist.
   *
   * @throws {GitopsError} `auth`, `not-found`, `network`, `timeout`
   */
  fetch(signal?: AbortSignal): Promise<Commit | undefined>;

  /** The files in a folder and below at a commit, by path from the root. @param folder empty for the root */
  list(commit: Commit, folder: string): Promise<BranchFile[]>;

  /** The content of a file at a commit; undefined if it does not exist or is a symbolic link. */
  read(commit: Commit, path: string): Promise<Buffer | undefined>;

  /** The contents of objects by id. */
  readObjects(ids: readonly string[]): Promise<(Buffer | undefined)[]>;

  /**
   * Makes a commit on top of another, without a push.
   *
   * @param keep further parents, which stay fetchable because of this commit
   * @throws {GitopsError} `refused` if a path of the edit is not a regular file, `signing`
   */
  commit(parent: Commit | undefined, edit: Edit, message: string, keep?: readonly Commit[]): Promise<Commit>;

  /**
   * Updates the branch from `expected` to `commit` as a compare-and-swap.
   *
   * @param refs further refs to write, by name
   * @returns `landed` if the remote has the commit, `stale` if another push landed first
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
