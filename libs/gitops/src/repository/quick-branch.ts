import type { Branch, BranchFile, Commit } from './branch.ts';
import { commitText, treeOf } from './commit-text.ts';
import { GitBranch, type BranchOptions } from './git-branch.ts';
import { gitObject, type GitObject, type ObjectFormat, type ObjectType } from './git-object.ts';
import { editTree, findFile, type Edit, type TreeStore } from './tree-edit.ts';
import { parseTree, printTree, type Tree } from './tree.ts';
import { fetchCommit, pushObjects, readOffer, type Offer } from './wire/conversation.ts';
import type { Reach, Service } from './wire/service.ts';

/** How the other end is talked to without git. */
export interface Quick {
  reach: Reach;
  /** Whether each question is a request of its own; else one conversation goes on. */
  requests: boolean;
  close(): void;
}

/**
 * A branch that is read and written in two short conversations, its objects in memory: no clone, and on this side no
 * git. It only ever succeeds. Whatever it does not understand, and every "no", is left to {@link GitBranch}, which starts
 * over and finds the words for it.
 */
export class QuickBranch implements Branch, TreeStore {
  readonly branch: string;
  readonly remote: string;
  readonly key: string;
  readonly #options: BranchOptions;
  readonly #quick: Quick;
  readonly #objects = new Map<string, GitObject>();
  /** Objects that the remote does not have yet. */
  #made: GitObject[] = [];
  #format: ObjectFormat;
  #receive: Service | undefined;
  #plain: Promise<GitBranch> | undefined;

  constructor(options: BranchOptions, quick: Quick) {
    this.#options = options;
    this.#quick = quick;
    this.#format = options.format;
    this.branch = options.branch;
    this.remote = options.connection.name;
    this.key = JSON.stringify([options.connection.url, options.branch, options.signatures]);
  }

  async fetch(signal?: AbortSignal): Promise<Commit | undefined> {
    if (this.#plain === undefined) {
      const tip = await this.#fetchQuickly(signal).catch(() => undefined);
      if (tip !== undefined) return tip;
    }
    return (await this.#git()).fetch(signal);
  }

  async list(commit: Commit, folder: string): Promise<BranchFile[]> {
    return (await this.#git()).list(commit, folder);
  }

  async read(commit: Commit, path: string): Promise<Buffer | undefined> {
    const tree = treeOf(this.#objects.get(commit)?.content);
    if (this.#plain || tree === undefined) return (await this.#git()).read(commit, path);
    const id = await findFile(this, tree, path);
    return id === undefined ? undefined : this.#objects.get(id)?.content;
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
    const before = parent === undefined ? undefined : treeOf(this.#objects.get(parent)?.content);
    if (this.#plain || before === undefined || keep?.length) {
      return (await this.#git()).commit(parent, edit, message, keep);
    }
    const tree = (await editTree(this, before, edit)) as string;
    return this.#write('commit', commitText(this.#options.signatures, tree, [parent as Commit], message));
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
    if (answer === 'refused' && (await this.#hasMoved(expected, options.signal))) return 'stale';
    const git = await this.#git();
    await git.fetch(options.signal);
    const fate = await git.fateOf(commit, expected, options.signal);
    if (fate !== 'refused') return fate;
    await git.writeObjects([...this.#objects.values()].filter(({ id }) => this.#isMade(id)));
    return git.push(commit, expected, options);
  }

  async close(): Promise<void> {
    this.#receive?.close();
    this.#quick.close();
    if (this.#plain) await (await this.#plain).close();
  }

  async readTree(id: string): Promise<Tree> {
    const object = this.#objects.get(id);
    if (object?.type !== 'tree') throw new Error(`${id} is no folder`);
    return parseTree(object.content, id.length / 2);
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
    return (this.#plain ??= GitBranch.open({ ...this.#options, format: this.#format }));
  }

  async #fetchQuickly(signal?: AbortSignal): Promise<Commit | undefined> {
    const { reach, requests } = this.#quick;
    const upload = reach('git-upload-pack', signal);
    this.#receive?.close();
    this.#receive = reach('git-receive-pack', signal);
    try {
      const offer = await readOffer(this.#receive, `refs/heads/${this.branch}`);
      this.#format = offer.format;
      if (offer.tip === undefined) return undefined;
      const objects = await fetchCommit(upload, offer as Offer & { tip: Commit }, !requests);
      for (const [id, object] of objects) this.#objects.set(id, object);
      return offer.tip;
    } finally {
      upload.close();
    }
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

  /** Whether somebody else was quicker, which is the usual reason for a "no". */
  async #hasMoved(from: Commit, signal?: AbortSignal): Promise<boolean> {
    const receive = this.#quick.reach('git-receive-pack', signal);
    try {
      const { tip } = await readOffer(receive, `refs/heads/${this.branch}`);
      return tip !== undefined && tip !== from;
    } catch {
      return false;
    } finally {
      receive.close();
    }
  }

  #isMade(id: string): boolean {
    return this.#made.some((made) => made.id === id);
  }

  #write(type: ObjectType, content: Buffer): string {
    const object = gitObject(this.#format, type, content);
    this.#objects.set(object.id, object);
    this.#made.push(object);
    return object.id;
  }
}
