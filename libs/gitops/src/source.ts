import { deepen, isWhole } from './deepen.ts';
import { GitopsError } from './error.ts';
import { git, gitLine, tryGit } from './git.ts';
import { ObjectBatch } from './object-batch.ts';
import type { Commit } from './repository/branch.ts';
import type { ObjectFormat } from './repository/git-object.ts';
import type { CommitOptions } from './repository/identity.ts';
import { readSettings, type Settings } from './repository/settings.ts';
import { parseTree, type Tree } from './repository/tree.ts';
import { SNAPSHOT_TRAILER, writeSnapshot } from './snapshot.ts';
import type { Stretch } from './stretch.ts';

export type { Commit };

/**
 * The source checkout: the one place that is asked about history, and the one that says what a
 * commit contains. Nothing here touches the work tree, the index, refs or configuration; a shallow clone is fetched
 * deeper where its history is too short for an answer.
 */
export class Source {
  /** The root of the work tree; of a bare repository, its folder. */
  readonly root: string;
  /** How commits on ledgers are made from here. */
  readonly commits: CommitOptions;
  /** What was found about a commit never changes, and the rules ask the same things again and again. */
  readonly #known = new Map<string, Promise<string | undefined>>();
  readonly #listed = new Map<string, Promise<ReadonlyMap<string, string>>>();
  readonly #objects: ObjectBatch;
  #settings: Promise<Settings> | undefined;
  #stretch: Stretch | undefined;
  #whole = false;
  #deepening: Promise<void> | undefined;

  private constructor(root: string, commits: CommitOptions) {
    this.root = root;
    this.commits = commits;
    this.#objects = new ObjectBatch(root);
  }

  /**
   * Opens the checkout that `folder` is in, or a bare repository.
   *
   * @param commits how commits on ledgers are made from here. @default as Git is configured
   * @throws {GitopsError} `no-repository`
   */
  static async open(folder: string, commits: CommitOptions = {}): Promise<Source> {
    const found = await tryGit(['rev-parse', '--is-bare-repository', '--absolute-git-dir'], { cwd: folder });
    const [bare, gitFolder] = found.stdout.toString('utf8').split('\n');
    if (bare === 'true' && gitFolder) return new Source(gitFolder, commits);
    const tree = await tryGit(['rev-parse', '--show-toplevel'], { cwd: folder });
    if (tree.code === 0) return new Source(tree.stdout.toString('utf8').trimEnd(), commits);
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
  async isAncestor(ancestor: Commit, descendant: Commit): Promise<boolean> {
    const [older, newer] = await Promise.all([this.#position(ancestor), this.#position(descendant)]);
    if (older !== undefined && older === newer) return true;
    if (older !== undefined && newer !== undefined && (await this.#contains(newer, older))) return true;
    if (!(await this.#deepen(older === undefined ? ancestor : descendant))) return false;
    return this.isAncestor(ancestor, descendant);
  }

  /** Whether `commit` is in the history of the branch that releases come from. */
  async isOnMainline(commit: Commit, mainline: Mainline): Promise<boolean> {
    if (mainline !== 'branches') return this.isAncestor(commit, mainline);
    const position = await this.#position(commit);
    if (position === undefined) return (await this.#deepen(commit)) && this.isOnMainline(commit, mainline);
    if (await this.isAncestor(position, await this.head())) return true;
    const containing = await this.#try(['for-each-ref', '--count=1', '--contains', position, 'refs/heads']);
    return containing.code === 0 && containing.stdout.length > 0;
  }

  /** The commits that no other one of these contains; those that are not known here stay. */
  async independent(commits: readonly Commit[]): Promise<Commit[]> {
    const all = [...new Set(commits)];
    if (all.length < 2) return all;
    const found = await this.#try(['merge-base', '--independent', ...all]);
    return found.code === 0 ? found.stdout.toString('utf8').split('\n').filter(Boolean) : all;
  }

  /** The Git object id of a file or folder at a commit; undefined where it is not there. */
  objectId(commit: Commit, path: string): Promise<string | undefined> {
    const name = `${commit}:${path}`;
    return this.#remember(name, async () => (await this.#objects.find(name))?.id);
  }

  /** The text of a file at a commit; undefined where it is not there. */
  readFile(commit: Commit, path: string): Promise<string | undefined> {
    return this.readText(`${commit}:${path}`);
  }

  /** The text of a file by its Git object id. */
  async readText(id: string): Promise<string | undefined> {
    const found = await this.#objects.find(id);
    return found?.type === 'blob' ? found.content.toString('utf8') : undefined;
  }

  /** What lies in a folder at a commit; empty where there is none. */
  async readFolder(commit: Commit, folder: string): Promise<Tree> {
    const found = await this.#objects.find(`${commit}:${folder}`);
    return found?.type === 'tree' ? parseTree(found.content, found.id.length / 2) : new Map();
  }

  /** Every file under `folder` at a commit, and its Git object id. */
  listFiles(commit: Commit, folder: string): Promise<ReadonlyMap<string, string>> {
    const name = `${commit}:${folder}`;
    const listed = this.#listed.get(name) ?? this.#list(commit, folder);
    this.#listed.set(name, listed);
    return listed;
  }

  async #list(commit: Commit, folder: string): Promise<ReadonlyMap<string, string>> {
    const args = ['ls-tree', '-r', '-z', '--full-tree', commit, '--', `${folder}/`];
    const lines = (await git(args, { cwd: this.root })).toString('utf8').split('\0').filter(Boolean);
    return new Map(
      lines.map((line) => {
        const [, id = '', file = ''] = /^\d+ \w+ (\w+)\t(.*)$/s.exec(line) ?? [];
        return [file, id] as const;
      }),
    );
  }

  /** When a commit was made, in milliseconds since 1970; undefined when it is unknown here. */
  async committedAt(commit: Commit): Promise<number | undefined> {
    const text = (await this.#objects.find(commit))?.content.toString('utf8');
    const seconds = text === undefined ? undefined : /^committer .* (\d+) [+-]\d{4}$/m.exec(text)?.[1];
    return seconds === undefined ? undefined : Number(seconds) * 1000;
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
  async isWhole(): Promise<boolean> {
    return (this.#whole ||= await isWhole(this.root)); // once whole, always whole
  }

  /**
   * Writes the work tree, uncommitted changes included, as a commit on top of HEAD.
   *
   * @throws {GitopsError} `shallow`: half a history cannot be pushed
   */
  async snapshot(): Promise<Commit> {
    const head = await this.head();
    await this.#deepen(head);
    return writeSnapshot(this.root, head);
  }

  /** Whether a commit is uncommitted changes on top of its parent, which only the ledger keeps. */
  async isSnapshot(commit: Commit): Promise<boolean> {
    return (await this.#position(commit)) !== (await this.resolve(commit));
  }

  /** The name that git would write into a commit here; undefined when none is configured. */
  async userName(): Promise<string | undefined> {
    return (await this.settings()).get('user.name') || undefined;
  }

  /** Fetches the rest of a shallow clone, once. @returns whether there was any */
  async #deepen(commit: Commit): Promise<boolean> {
    if (await this.isWhole()) return false;
    await (this.#deepening ??= deepen(this, commit));
    return true;
  }

  async #contains(newer: Commit, older: Commit): Promise<boolean> {
    const learned = this.#stretch?.contains(newer, older);
    if (learned !== undefined) return learned;
    const answer = await this.#remember(`${older} in ${newer}`, async () => {
      const { code } = await this.#try(['merge-base', '--is-ancestor', older, newer]);
      return code === 0 ? 'yes' : undefined;
    });
    return answer === 'yes';
  }

  /** Takes what one walk through history found for granted: what it knows is asked of no process. */
  learn(stretch: Stretch): void {
    this.#stretch = stretch;
  }

  /** Where a commit stands in history: itself, or for a snapshot its parent. */
  #position(commit: Commit): Promise<Commit | undefined> {
    return this.#remember(commit, async () => {
      const found = await this.#objects.find(`${commit}^{commit}`);
      if (found === undefined) return undefined;
      const text = found.content.toString('utf8');
      const snapshot = text.split('\n').includes(SNAPSHOT_TRAILER);
      return snapshot ? /^parent (\w+)$/m.exec(text)?.[1] : found.id;
    });
  }

  /** Asks once. What was not found is asked again, because a fetch may have brought it. */
  async #remember(question: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const asked = this.#known.get(question) ?? ask();
    this.#known.set(question, asked);
    const answer = await asked;
    if (answer === undefined) this.#known.delete(question);
    return answer;
  }

  #try(args: readonly string[]) {
    return tryGit(args, { cwd: this.root });
  }
}

/**
 * What "main's history" means: the newest commit of the branch that releases come from, or, for an
 * environment that releases from the work tree, any local branch.
 */
export type Mainline = Commit | 'branches';

/** What the rules of the ledger ask of a checkout; small enough to fake in a model. */
export type History = Pick<Source, 'isAncestor' | 'isOnMainline' | 'objectId'>;
