import { Ancestry } from './ancestry.ts';
import { CommitFiles } from './commit-files.ts';
import { GitopsError } from '../error.ts';
import { git, gitLine, tryGit } from '../git/run-git.ts';
import { ObjectBatch } from '../git/object-batch.ts';
import type { ObjectFormat } from '../git/object.ts';
import type { CommitOptions } from '../git/identity.ts';
import { readSettings, type Settings } from '../git/settings.ts';
import type { Tree } from '../git/tree.ts';
import { writeSnapshot } from './snapshot.ts';
import type { HistoryWalk } from './history-walk.ts';
import type { Commit } from '../git/commit.ts';

/**
 * The source checkout: the one place that is asked about history, and the one that says what a
 * commit contains. Nothing here touches the work tree, the index, refs or configuration; a shallow clone is fetched
 * deeper where its history is too short for an answer.
 */
export class Checkout {
  /** The root of the work tree; of a bare repository, its folder. */
  readonly root: string;
  /** How commits on ledgers are made from here. */
  readonly commits: CommitOptions;
  readonly #objects: ObjectBatch;
  readonly #ancestry: Ancestry;
  readonly #contents: CommitFiles;
  #settings: Promise<Settings> | undefined;

  private constructor(root: string, commits: CommitOptions) {
    this.root = root;
    this.commits = commits;
    this.#objects = new ObjectBatch(root);
    this.#ancestry = new Ancestry(root, () => this.settings(), this.#objects);
    this.#contents = new CommitFiles(root, this.#objects);
  }

  /**
   * Opens the checkout that `folder` is in, or a bare repository.
   *
   * @param commits how commits on ledgers are made from here. @default as Git is configured
   * @throws {GitopsError} `no-repository`
   */
  static async open(folder: string, commits: CommitOptions = {}): Promise<Checkout> {
    const found = await tryGit(['rev-parse', '--is-bare-repository', '--absolute-git-dir'], { cwd: folder });
    const [bare, gitFolder] = found.stdout.toString('utf8').split('\n');
    if (bare === 'true' && gitFolder) return new Checkout(gitFolder, commits);
    const tree = await tryGit(['rev-parse', '--show-toplevel'], { cwd: folder });
    if (tree.code === 0) return new Checkout(tree.stdout.toString('utf8').trimEnd(), commits);
    throw new GitopsError(
      'no-repository',
      `${folder} is not inside a Git work tree. Run in a clone, or \`git init\` and commit first.`,
      { value: folder },
    );
  }

  /** What Git is told here; read once. */
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

  /** The commit that `revision` names, or undefined when this checkout does not have it. */
  async resolve(revision: string): Promise<Commit | undefined> {
    const found = await this.#objects.find(`${revision}^{commit}`);
    return found?.id;
  }

  /** The files that differ from HEAD or are new, ignored ones left out. Empty when the tree is clean, or there is none. */
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
   * Whether `ancestor` is `descendant` or lies in its history. A snapshot of uncommitted changes
   * stands where its parent stands. False when this checkout does not know `ancestor`.
   *
   * @throws {GitopsError} `shallow` where a "no" cannot be trusted
   */
  isAncestor(ancestor: Commit, descendant: Commit): Promise<boolean> {
    return this.#ancestry.isAncestor(ancestor, descendant);
  }

  /** Whether `commit` is in the history of the branch that releases come from. */
  isOnMainline(commit: Commit, mainline: Mainline): Promise<boolean> {
    if (mainline !== 'branches') return this.isAncestor(commit, mainline);
    return this.#ancestry.isOnAnyBranch(commit, () => this.head());
  }

  /** The commits that no other one of these contains; those that are not known here stay. */
  independent(commits: readonly Commit[]): Promise<Commit[]> {
    return this.#ancestry.independent(commits);
  }

  /** The Git object id of a file or folder at a commit; undefined where it is not there. */
  objectId(commit: Commit, path: string): Promise<string | undefined> {
    return this.#contents.objectId(commit, path);
  }

  /** The text of a file at a commit; undefined where it is not there. */
  readFile(commit: Commit, path: string): Promise<string | undefined> {
    return this.readText(`${commit}:${path}`);
  }

  /** The text of a file by its Git object id. */
  readText(id: string): Promise<string | undefined> {
    return this.#contents.readText(id);
  }

  /** What lies in a folder at a commit; empty where there is none. */
  readFolder(commit: Commit, folder: string): Promise<Tree> {
    return this.#contents.readFolder(commit, folder);
  }

  /** Every file under `folder` at a commit, and its Git object id. */
  listFiles(commit: Commit, folder: string): Promise<ReadonlyMap<string, string>> {
    return this.#contents.listFiles(commit, folder);
  }

  /** When a commit was made, in milliseconds since 1970; undefined when it is unknown here. */
  committedAt(commit: Commit): Promise<number | undefined> {
    return this.#contents.committedAt(commit);
  }

  /** `sha1` or `sha256`. */
  async objectFormat(): Promise<ObjectFormat> {
    return (await this.settings()).get('extensions.objectformat') === 'sha256' ? 'sha256' : 'sha1';
  }

  /** The folder with the objects of this checkout (shared by its linked work trees). */
  async objectsFolder(): Promise<string> {
    return gitLine(['rev-parse', '--path-format=absolute', '--git-path', 'objects'], { cwd: this.root });
  }

  /** Whether the whole history is here. */
  isWhole(): Promise<boolean> {
    return this.#ancestry.isWhole();
  }

  /** Whether the whole history is here, and all that it holds: what a clone without blobs lacks, it fetches for itself alone. */
  async isComplete(): Promise<boolean> {
    const lacking = (await this.settings()).matching(/^(remote\..*\.promisor|extensions\.partialclone)$/);
    return lacking.length === 0 && this.isWhole();
  }

  /**
   * Writes the work tree, uncommitted changes included, as a commit on top of HEAD.
   *
   * @throws {GitopsError} `shallow`: half a history cannot be pushed
   */
  async snapshot(): Promise<Commit> {
    const head = await this.head();
    await this.#ancestry.deepen(head);
    return writeSnapshot(this.root, head);
  }

  /** Whether a commit is uncommitted changes on top of its parent, which only the ledger keeps. */
  async isSnapshot(commit: Commit): Promise<boolean> {
    return (await this.#ancestry.position(commit)) !== (await this.resolve(commit));
  }

  /** The name that git would write into a commit here; undefined when none is configured. */
  async userName(): Promise<string | undefined> {
    return (await this.settings()).get('user.name') || undefined;
  }

  /** Takes what one walk through history found for granted: what it knows is asked of no process. */
  learn(walk: HistoryWalk): void {
    this.#ancestry.learn(walk);
  }
}

/**
 * What "main's history" means: the newest commit of the branch that releases come from, or, for an
 * environment that releases from the work tree, any local branch.
 */
export type Mainline = Commit | 'branches';

/** What the rules of the ledger ask of a checkout; small enough to fake in a model. */
export type CommitGraph = Pick<Checkout, 'isAncestor' | 'isOnMainline' | 'objectId'>;
