import { GitopsError } from '../error.ts';
import type { Branch, BranchFile, Commit } from './branch.ts';
import { commitText, treeOf } from './commit-text.ts';
import { GitBranch, type BranchOptions } from './git-branch.ts';
import { gitObject, type GitObject, type ObjectFormat, type ObjectType } from './git-object.ts';
import { editTree, findFile, type Edit, type TreeStore } from './tree-edit.ts';
import { parseTree, printTree, type Tree } from './tree.ts';
import { pushObjects, readOffer } from './wire/conversation.ts';
import type { FarObjects } from './wire/far-objects.ts';
import type { Reach, Service } from './wire/service.ts';

/** Commits that are looked through for one's own, a question each; git asks for more of them at once. */
const MOST_BETWEEN = 16;

/** How the other end is talked to without git. */
export interface Quick {
  reach: Reach;
  /** Begins to read objects. */
  objects(): FarObjects;
  close(): void;
}

/**
 * A branch of which only those folders and files are read that are asked for, and that is written in one short
 * conversation, its objects in memory: no clone, and on this side no git. It only ever succeeds. Whatever it does not
 * understand, and every "no", is left to {@link GitBranch}, which starts over and finds the words for it.
 */
export class QuickBranch implements Branch, TreeStore {
  readonly branch: string;
  readonly remote: string;
  readonly key: string;
  readonly #options: BranchOptions;
  readonly #quick: Quick;
  /** What was read or made. */
  readonly #objects = new Map<string, GitObject>();
  /** Objects that the remote does not have yet. */
  #made: GitObject[] = [];
  #format: ObjectFormat;
  #far: FarObjects | undefined;
  #receive: Service | undefined;
  #plain: Promise<GitBranch> | undefined;
  #signal: AbortSignal | undefined;

  constructor(options: BranchOptions, quick: Quick) {
    this.#options = options;
    this.#quick = quick;
    this.#format = options.format;
    this.branch = options.branch;
    this.remote = options.connection.name;
    this.key = JSON.stringify([options.connection.url, options.branch, options.signatures]);
  }

  async fetch(signal?: AbortSignal): Promise<Commit | undefined> {
    this.#signal = signal;
    if (this.#plain === undefined) {
      const tip = await this.#fetchQuickly(signal).catch(() => undefined);
      if (tip !== undefined) return tip;
    }
    return (await this.#git()).fetch(signal);
  }

  async list(commit: Commit, folder: string): Promise<BranchFile[]> {
    return (await this.#gitAt(commit)).list(commit, folder);
  }

  async read(commit: Commit, path: string): Promise<Buffer | undefined> {
    const read = this.#plain ? undefined : await this.#readQuickly(commit, path).catch(() => undefined);
    return read ? read.content : (await this.#gitAt(commit)).read(commit, path);
  }

  async readObjects(ids: readonly string[]): Promise<(Buffer | undefined)[]> {
    if (this.#plain) return (await this.#plain).readObjects(ids);
    return ids.map((id) => this.#objects.get(id)?.content);
  }

  async commit(
    parent: Commit | undefined,
    edit: Edit,
    message: string,
    keep?: readonly Commit[],
  ): Promise<Commit> {
    if (this.#plain === undefined && parent !== undefined && !keep?.length) {
      const made = await this.#commitQuickly(parent, edit, message).catch((error: unknown) => {
        if (error instanceof GitopsError) throw error;
      });
      if (made !== undefined) return made;
    }
    return (await this.#gitAt(parent)).commit(parent, edit, message, keep);
  }

  async push(
    commit: Commit,
    expected: Commit | undefined,
    options: Parameters<Branch['push']>[2] = {},
  ): Promise<'landed' | 'stale'> {
    if (this.#plain || expected === undefined || options.refs?.size) {
      return (await this.#git()).push(commit, expected, options);
    }
    const answer = await this.#pushQuickly(commit, expected).catch(() => 'lost');
    if (answer === 'landed') return 'landed';
    const quick = await this.#fateQuickly(commit, expected, answer === 'lost', options.signal);
    if (quick !== undefined) return quick;
    const git = await this.#git();
    await git.fetch(options.signal);
    const fate = await git.fateOf(commit, expected, options.signal);
    return fate === 'refused' ? git.push(commit, expected, options) : fate;
  }

  async close(): Promise<void> {
    this.#receive?.close();
    await this.#far?.close();
    this.#quick.close();
    if (this.#plain) await (await this.#plain).close();
  }

  async readTree(id: string): Promise<Tree> {
    return parseTree((await this.#object(id, 'tree')).content, id.length / 2);
  }

  async writeTree(tree: Tree): Promise<string> {
    return this.#write('tree', printTree(tree));
  }

  async writeBlob(content: Uint8Array): Promise<string> {
    return this.#write('blob', Buffer.from(content));
  }

  /** The other way, from now on. */
  #git(): Promise<GitBranch> {
    this.#receive?.close();
    return (this.#plain ??= this.#openGit());
  }

  async #openGit(): Promise<GitBranch> {
    const git = await GitBranch.open({ ...this.#options, format: this.#format });
    await git.takeObjects(this.#made);
    return git;
  }

  /** The other way, in the middle of work on a commit. @throws {GitopsError} `network` where it can only start over */
  async #gitAt(commit: Commit | undefined): Promise<GitBranch> {
    const begun = this.#plain !== undefined;
    const git = await this.#git();
    if (begun || commit === undefined || (await git.fetch(this.#signal)) === commit) return git;
    throw new GitopsError(
      'network',
      `${this.branch} of ${this.remote} moved while it was read, and the connection broke. Run again: nothing was changed.`,
      { value: this.remote },
    );
  }

  async #fetchQuickly(signal?: AbortSignal): Promise<Commit | undefined> {
    this.#receive?.close();
    this.#receive = this.#quick.reach('git-receive-pack', signal);
    this.#far ??= this.#quick.objects();
    const { tip, format } = await readOffer(this.#receive, `refs/heads/${this.branch}`);
    this.#format = format;
    if (tip !== undefined) await this.#object(tip, 'commit');
    return tip;
  }

  async #readQuickly(commit: Commit, path: string): Promise<{ content: Buffer | undefined }> {
    const id = await findFile(this, await this.#treeOf(commit), path);
    return { content: id === undefined ? undefined : (await this.#object(id, 'blob')).content };
  }

  async #commitQuickly(parent: Commit, edit: Edit, message: string): Promise<Commit> {
    const tree = (await editTree(this, await this.#treeOf(parent), edit)) as string;
    return this.#write('commit', commitText(this.#options.signatures, tree, [parent], message));
  }

  async #treeOf(commit: Commit): Promise<string> {
    const tree = treeOf((await this.#object(commit, 'commit')).content);
    if (tree === undefined) throw new Error(`${commit} is damaged`);
    return tree;
  }

  async #object(id: string, type: ObjectType): Promise<GitObject> {
    const known = this.#objects.get(id);
    if (known) return known;
    if (this.#far === undefined) throw new Error('nothing was fetched');
    const object = await this.#far.read(id, type, this.#format, this.#signal);
    this.#objects.set(id, object);
    return object;
  }

  async #pushQuickly(to: Commit, from: Commit): Promise<'landed' | 'refused'> {
    const receive = this.#receive;
    if (receive === undefined) return 'refused';
    this.#receive = undefined; // good for one push
    try {
      const move = { ref: `refs/heads/${this.branch}`, from, to };
      const landed = await pushObjects(receive, { format: this.#format }, move, this.#made);
      if (!landed) return 'refused';
      this.#made = [];
      return 'landed';
    } finally {
      receive.close();
    }
  }

  /**
   * What became of a push, asked of the branch: most often somebody else was quicker.
   *
   * @param lost whether its answer was lost, so that it may have landed, with others on top of it
   * @returns undefined where the branch has not moved, or does not say
   */
  async #fateQuickly(
    to: Commit,
    from: Commit,
    lost: boolean,
    signal?: AbortSignal,
  ): Promise<'landed' | 'stale' | undefined> {
    const receive = this.#quick.reach('git-receive-pack', signal);
    try {
      const { tip } = await readOffer(receive, `refs/heads/${this.branch}`);
      if (tip === to) return 'landed';
      if (tip === undefined || tip === from) return undefined;
      return lost ? await this.#fateBelow(tip, to, from) : 'stale';
    } catch {
      return undefined;
    } finally {
      receive.close();
    }
  }

  /** Whether a commit is among the few that came between; undefined where there are many. */
  async #fateBelow(tip: Commit, to: Commit, from: Commit): Promise<'landed' | 'stale' | undefined> {
    let commit: Commit | undefined = tip;
    for (let step = 0; step < MOST_BETWEEN; step += 1) {
      commit = /^parent (\w+)$/m.exec((await this.#object(commit, 'commit')).content.toString('latin1'))?.[1];
      if (commit === to) return 'landed';
      if (commit === undefined || commit === from) return 'stale';
    }
    return undefined;
  }

  #write(type: ObjectType, content: Buffer): string {
    const object = gitObject(this.#format, type, content);
    this.#objects.set(object.id, object);
    this.#made.push(object);
    return object.id;
  }
}
