import { dirname } from 'node:path';
import { Ancestry } from './checkout-ancestry.ts';
import { CommitFiles } from './commit-files.ts';
import { GitopsError } from '../error.ts';
import { git, tryGit } from '../git/run-git.ts';
import { ObjectBatch } from '../git/object-batch.ts';
import type { ObjectFormat } from '../git/object.ts';
import type { CommitOptions } from '../git/commit-identity.ts';
import { readSettings, type Settings } from '../git/git-settings.ts';
import type { Tree } from '../git/tree.ts';
import { writeSnapshot } from './snapshot.ts';
import type { HistoryWalk } from './history-walk.ts';
import type { Commit } from '../git/commit.ts';

/** Asks git for all at once. `--show-toplevel` fails in a bare repository, which has no work tree. */
const OPEN = [
  ...['rev-parse', '--is-bare-repository', '--is-shallow-repository'],
  ...['--path-format=absolute', '--git-path', 'objects', '--show-toplevel'],
];

/** The output of {@link OPEN}. The name of a folder may contain a line break. */
const OPENED = /^(true|false)\n(true|false)\n([^]*?[\\/]objects)\n(?:([^]+)\n)?$/;

/**
 * The source checkout: its history and the files of its commits. It never changes the work tree, the index,
 * refs or the configuration. If the history of a shallow clone is too short for an answer, the rest is
 * fetched.
 */
export class Checkout {
  /** The root of the work tree; of a bare repository, its folder. */
  readonly root: string;
  /** How commits on ledgers are made from this checkout. */
  readonly commits: CommitOptions;
  /** The folder of this checkout's Git objects, which linked work trees share. */
  readonly objectsFolder: string;
  readonly #objects: ObjectBatch;
  readonly #ancestry: Ancestry;
  readonly #files: CommitFiles;
  #settings: Promise<Settings> | undefined;

  private constructor(root: string, objectsFolder: string, isWhole: boolean, commits: CommitOptions) {
    this.root = root;
    this.objectsFolder = objectsFolder;
    this.commits = commits;
    this.#objects = new ObjectBatch(root);
    this.#ancestry = new Ancestry(root, () => this.settings(), this.#objects, isWhole);
    this.#files = new CommitFiles(root, this.#objects);
  }

  /**
   * Opens the checkout that contains `folder`, or a bare repository.
   *
   * @param commits how commits on ledgers are made from this checkout. @default as Git is configured
   * @throws {GitopsError} `no-repository`
   */
  static async open(folder: string, commits: CommitOptions = {}): Promise<Checkout> {
    const { code, stdout } = await tryGit(OPEN, { cwd: folder });
    const [, bare, shallow, objects, tree = ''] = OPENED.exec(stdout.toString('utf8')) ?? [];
    if (objects !== undefined && (bare === 'true' || code === 0)) {
      return new Checkout(bare === 'true' ? dirname(objects) : tree, objects, shallow === 'false', commits);
    }
    throw new GitopsError(
      'no-repository',
      `${folder} is not inside a Git work tree. Run in a clone, or \`git init\` and commit first.`,
      { value: folder },
    );
  }

  /** The Git configuration of the checkout; read once. */
  settings(): Promise<Settings> {
    return (this.#settings ??= readSettings(this.root));
  }

  /**
   * The checked-out commit, on a branch or detached.
   *
   * @throws {GitopsError} `no-commit`
   */
  async head(): Promise<Commit> {
    const found = await this.resolve('HEAD');
    if (found === undefined) {
      throw new GitopsError('no-commit', `${this.root} has no commit yet. Commit once, then run again.`);
    }
    return found;
  }

  /** The commit that `revision` names. Undefined if this checkout does not have it. */
  async resolve(revision: string): Promise<Commit | undefined> {
    const found = await this.#objects.find(`${revision}^{commit}`);
    return found?.id;
  }

  /** Files that differ from HEAD or are new, without ignored files. Empty for a bare repository. */
  async changes(): Promise<string[]> {
    if ((await this.settings()).isOn('core.bare')) return [];
    const args = ['--no-optional-locks', 'status', '--porcelain', '-z', '--untracked-files=normal'];
    const status = await git(args, { cwd: this.root });
    return status
      .toString('utf8')
      .split('\0')
      .filter(Boolean)
      .map((line) => line.slice(3));
  }

  /**
   * Whether `ancestor` is `descendant` or is in its history. A snapshot of uncommitted changes has the
   * position of its parent. False if this checkout does not know `ancestor`.
   *
   * @throws {GitopsError} `shallow` if the history is incomplete, so false could be wrong
   */
  isAncestor(ancestor: Commit, descendant: Commit): Promise<boolean> {
    return this.#ancestry.isAncestor(ancestor, descendant);
  }

  /** Whether `commit` is in the history of the branch that releases come from. */
  isOnMainline(commit: Commit, mainline: Mainline): Promise<boolean> {
    if (mainline !== 'branches') return this.isAncestor(commit, mainline);
    return this.#ancestry.isOnAnyBranch(commit, () => this.head());
  }

  /** The commits that are not ancestors of another one in the list. Unknown commits stay in the list. */
  independent(commits: readonly Commit[]): Promise<Commit[]> {
    return this.#ancestry.independent(commits);
  }

  /** The Git object id of a file or folder at a commit. Undefined if it does not exist there. */
  objectId(commit: Commit, path: string): Promise<string | undefined> {
    return this.#files.objectId(commit, path);
  }

  /** The text of a file at a commit. Undefined if the file does not exist there. */
  readFile(commit: Commit, path: string): Promise<string | undefined> {
    return this.readText(`${commit}:${path}`);
  }

  /** The text of a file by its Git object id. */
  readText(id: string): Promise<string | undefined> {
    return this.#files.readText(id);
  }

  /** The entries of a folder at a commit. Empty if the folder does not exist there. */
  readFolder(commit: Commit, folder: string): Promise<Tree> {
    return this.#files.readFolder(commit, folder);
  }

  /** The Git object id of every file below `folder` at a commit, by path. */
  listFiles(commit: Commit, folder: string): Promise<ReadonlyMap<string, string>> {
    return this.#files.listFiles(commit, folder);
  }

  /** The committer date in milliseconds since 1970. Undefined if the commit is unknown. */
  committedAt(commit: Commit): Promise<number | undefined> {
    return this.#files.committedAt(commit);
  }

  /** `sha1` or `sha256`. */
  async objectFormat(): Promise<ObjectFormat> {
    return (await this.settings()).get('extensions.objectformat') === 'sha256' ? 'sha256' : 'sha1';
  }

  /** Whether the clone has the whole history. */
  isWhole(): Promise<boolean> {
    return this.#ancestry.isWhole();
  }

  /** Whether the clone has the whole history and all objects, that is, is neither shallow nor partial. */
  async isComplete(): Promise<boolean> {
    const lacking = (await this.settings()).matching(/^(remote\..*\.promisor|extensions\.partialclone)$/);
    return lacking.length === 0 && this.isWhole();
  }

  /**
   * Writes the work tree with its uncommitted changes as a commit on top of HEAD.
   *
   * @throws {GitopsError} `shallow` if the history is incomplete, because it could not be pushed
   */
  async snapshot(): Promise<Commit> {
    const head = await this.head();
    await this.#ancestry.deepen(head);
    return writeSnapshot(this.root, head);
  }

  /** Whether a commit is a snapshot of uncommitted changes, which only the ledger keeps. */
  async isSnapshot(commit: Commit): Promise<boolean> {
    return (await this.#ancestry.position(commit)) !== (await this.resolve(commit));
  }

  /** The configured `user.name`. Undefined if it is not set. */
  async userName(): Promise<string | undefined> {
    return (await this.settings()).get('user.name') || undefined;
  }

  /** Answers questions about the commits of this walk from memory, without a git process. */
  learn(walk: HistoryWalk): void {
    this.#ancestry.learn(walk);
  }
}

/**
 * The history from which an environment releases: that of a commit, or of any local branch if the environment
 * releases from the work tree.
 */
export type Mainline = Commit | 'branches';

/** The part of a checkout that the ledger's rules need. It is small enough for a fake in a model. */
export type CommitGraph = Pick<Checkout, 'isAncestor' | 'isOnMainline' | 'objectId'>;
