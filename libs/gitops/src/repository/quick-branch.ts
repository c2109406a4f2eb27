import { GitopsError } from '../error.ts';
import type { Branch, BranchFile, Commit } from './branch.ts';
import { commitText, treeOf } from './commit-text.ts';
import { FarBranch } from './far-branch.ts';
import { GitBranch, type BranchOptions } from './git-branch.ts';
import { gitObject, type GitObject, type ObjectFormat, type ObjectType } from './git-object.ts';
import { editTree, findFile, type Edit, type TreeStore } from './tree-edit.ts';
import { parseTree, printTree, type Tree } from './tree.ts';
import type { FarObjects } from './wire/far-objects.ts';
import type { Standing } from './wire/sender.ts';
import type { Reach } from './wire/service.ts';

/** How the other end is talked to without git. */
export interface Quick {
  reach: Reach;
  /** Begins to read objects. */
  objects(): FarObjects;
  /** Whom to ask where a branch stands. @default whoever takes objects */
  standing?(ref: string, signal?: AbortSignal): Promise<Standing>;
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
  readonly #there: FarBranch;
  /** What was read or made. */
  readonly #objects = new Map<string, GitObject>();
  /** Objects that the remote does not have yet. */
  #made: GitObject[] = [];
  #format: ObjectFormat;
  #far: FarObjects | undefined;
  #plain: Promise<GitBranch> | undefined;
  #signal: AbortSignal | undefined;

  constructor(options: BranchOptions, quick: Quick) {
    this.#options = options;
    this.#quick = quick;
    this.#there = new FarBranch(options.branch, quick.reach, quick.standing?.bind(quick));
    this.#format = options.format;
    this.branch = options.branch;
    this.remote = options.connection.name;
    this.key = JSON.stringify([options.connection.url, options.branch, options.signatures]);
  }

  async fetch(signal?: AbortSignal): Promise<Commit | undefined> {
    this.#signal = signal;
    this.#made = []; // what was made on top of another commit did not land
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
    const answer = await this.#there.move(expected, commit, this.#made, this.#format, options.signal);
    if (answer === 'landed') this.#made = [];
    if (answer === 'landed' || answer === 'stale') return answer;
    const lost = answer === 'lost';
    const parentOf = async (id: Commit) => parentIn((await this.#object(id, 'commit')).content);
    const known = await this.#there.fate(expected, commit, lost, parentOf, options.signal);
    if (known !== undefined) return known;
    const git = await this.#git();
    await git.fetch(options.signal);
    const fate = await git.fateOf(commit, expected, options.signal);
    return fate === 'refused' ? git.push(commit, expected, options) : fate;
  }

  async close(): Promise<void> {
    this.#there.close();
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
    this.#there.close();
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
    const standing = this.#there.standing(signal); // who takes objects starts while the other one does
    this.#far ??= this.#quick.objects();
    const { tip, format } = await standing;
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

  #write(type: ObjectType, content: Buffer): string {
    const object = gitObject(this.#format, type, content);
    this.#objects.set(object.id, object);
    this.#made.push(object);
    return object.id;
  }
}

/** The commit before another one. */
const parentIn = (commit: Buffer): Commit | undefined =>
  /^parent (\w+)$/m.exec(commit.toString('latin1'))?.[1];
