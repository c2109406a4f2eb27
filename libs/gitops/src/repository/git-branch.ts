import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GitopsError } from '../error.ts';
import { git, tryGit, type GitOptions } from '../git.ts';
import { isStale, remoteError } from '../rejection.ts';
import type { Branch, BranchFile, Commit } from './branch.ts';
import { REMOTE, type Connection } from './connection.ts';
import { gitObject, writeObject, type ObjectFormat } from './git-object.ts';
import { stamp, type Signatures } from './identity.ts';
import { ObjectReader } from './object-reader.ts';
import { makeScratch, noRoom, scratchVariables } from './scratch.ts';
import { editTree, type Edit, type TreeStore } from './tree-edit.ts';
import { FOLDER, isFile, parseTree, printTree, treeName } from './tree.ts';

const TIP = 'refs/slipway/tip';

/** How a branch is opened. */
export interface BranchOptions {
  connection: Connection;
  branch: string;
  format: ObjectFormat;
  signatures: Signatures;
  /** A folder that exists; relative addresses start there. */
  cwd: string;
  /** What the user said in `safe.directory`. */
  safeFolders: readonly string[];
  /** Fetch the whole branch, for its history; else only what the newest commit holds. @default false */
  history?: boolean;
  /** Objects of a repository that is not shallow and shares commits with this one. */
  objects?: string | undefined;
}

/** A branch over plain Git, seen through a throw-away bare repository. */
export class GitBranch implements Branch, TreeStore {
  readonly branch: string;
  readonly remote: string;
  readonly key: string;
  readonly #options: BranchOptions;
  readonly #folder: string;
  readonly #env: Record<string, string>;
  #reader: ObjectReader | undefined;
  /** Whether a commit was made that has parents which only the checkout knows. */
  #keeps = false;

  private constructor(options: BranchOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    // What the checkout has of the branch's history, its pull of kept commits above all, is not fetched again.
    const shared = options.history ? alternates(options) : {};
    this.#env = { ...options.connection.env, ...scratchVariables(folder), ...shared };
    this.branch = options.branch;
    this.remote = options.connection.name;
    this.key = JSON.stringify([options.connection.url, options.branch, options.signatures]);
  }

  static async open(options: BranchOptions): Promise<GitBranch> {
    return new GitBranch(options, await makeScratch(options.format, options.safeFolders));
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async fetch(signal?: AbortSignal): Promise<Commit | undefined> {
    const { history = false } = this.#options;
    const how = [
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--refmap=',
      ...(history ? [] : ['--depth=1']),
    ];
    const refspec = `+refs/heads/${this.branch}:${TIP}`;
    const fetched = await this.#try(['fetch', ...how, '--', REMOTE, refspec], {
      ...(signal && { signal }),
    });
    if (fetched.code === 0) return (await readFile(join(this.#folder, TIP), 'utf8')).trim();
    if (/couldn't find remote ref/i.test(fetched.stderr)) return undefined;
    throw remoteError(`Fetching ${this.branch} from`, this.remote, fetched.stderr);
  }

  async list(commit: Commit, folder: string): Promise<BranchFile[]> {
    const below = folder ? ['--', `${folder}/`] : [];
    const listed = await this.run(['ls-tree', '-r', '-z', commit, ...below]);
    const lines = listed.toString('utf8').split('\0').filter(Boolean);
    return lines.flatMap((line) => {
      const [, mode = '', id = '', path = ''] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line) ?? [];
      return isFile({ mode, id }) ? [{ path, id }] : [];
    });
  }

  async read(commit: Commit, path: string): Promise<Buffer | undefined> {
    let tree = await this.#treeOf(commit);
    const folders = path.split('/').map(treeName);
    const name = folders.pop() as string;
    for (const folder of folders) {
      const entry = (await this.readTree(tree)).get(folder);
      if (entry?.mode !== FOLDER) return undefined;
      tree = entry.id;
    }
    const entry = (await this.readTree(tree)).get(name);
    if (entry === undefined || !isFile(entry)) return undefined;
    return (await this.readObjects([entry.id]))[0];
  }

  async readObjects(ids: readonly string[]): Promise<(Buffer | undefined)[]> {
    const found = await Promise.all(ids.map((id) => this.#objects().read(id)));
    return found.map((object) => object?.content);
  }

  async commit(
    parent: Commit | undefined,
    edit: Edit,
    message: string,
    keep: readonly Commit[] = [],
  ): Promise<Commit> {
    const before = parent === undefined ? undefined : await this.#treeOf(parent);
    const tree = (await editTree(this, before, edit)) as string;
    const parents = [...(parent === undefined ? [] : [parent]), ...keep];
    this.#keeps ||= keep.length > 0;
    const { sign } = this.#options.signatures;
    return sign === false
      ? this.#write('commit', this.#describe(tree, parents, message))
      : this.#sign(tree, parents, message, sign);
  }

  async push(
    commit: Commit,
    expected: Commit | undefined,
    { refs = new Map(), signal }: Parameters<Branch['push']>[2] = {},
  ): Promise<'landed' | 'stale'> {
    const ref = `refs/heads/${this.branch}`;
    const refspecs = [`${commit}:${ref}`, ...[...refs].map(([name, id]) => `${id}:${name}`)];
    const lease = `--force-with-lease=${ref}:${expected ?? ''}`;
    const pushed = await this.#try(['push', '--porcelain', '--no-verify', lease, '--', REMOTE, ...refspecs], {
      ...(signal && { signal }),
      // Only a push that needs it looks into the checkout, which may be shallow: git would take it for whole.
      ...((this.#keeps || refs.size > 0) && { env: alternates(this.#options) }),
    });
    if (pushed.code === 0) return 'landed';
    const words = `${pushed.stdout.toString('utf8')}\n${pushed.stderr}`;
    const now = await this.#remoteTip(signal);
    if (now === commit) return 'landed'; // the acknowledgement was lost, not the push
    if (now !== expected || isStale(words)) return 'stale';
    throw remoteError(`Pushing ${this.branch} to`, this.remote, words);
  }

  /** The commit in the branch's own line of history that an id stands for; undefined where there is none. */
  async find(id: string): Promise<Commit | undefined> {
    const listed = await this.run(['rev-list', '--first-parent', TIP]);
    return listed
      .toString('utf8')
      .split('\n')
      .find((commit) => commit.startsWith(id));
  }

  /** Runs git in the throw-away repository. */
  run(args: readonly string[], options: Omit<GitOptions, 'cwd'> = {}): Promise<Buffer> {
    return git(args, { ...options, cwd: this.#options.cwd, env: { ...this.#env, ...options.env } });
  }

  async readTree(id: string) {
    const object = await this.#objects().read(id);
    if (object?.type !== 'tree') throw this.#missing(id);
    return parseTree(object.content, id.length / 2);
  }

  writeTree(tree: ReadonlyMap<string, { mode: string; id: string }>): Promise<string> {
    return this.#write('tree', printTree(tree));
  }

  writeBlob(content: Uint8Array): Promise<string> {
    return this.#write('blob', Buffer.from(content));
  }

  async #treeOf(commit: Commit): Promise<string> {
    const object = await this.#objects().read(commit);
    const id = /^tree ([0-9a-f]+)\n/.exec(object?.content.toString('latin1') ?? '')?.[1];
    if (id === undefined) throw this.#missing(commit);
    return id;
  }

  async #write(type: 'blob' | 'tree' | 'commit', content: Buffer): Promise<string> {
    const object = gitObject(this.#options.format, type, content);
    await writeObject(join(this.#folder, 'objects'), object).catch(noRoom);
    return object.id;
  }

  #describe(tree: string, parents: readonly Commit[], message: string): Buffer {
    const { author, committer } = this.#options.signatures;
    const now = Math.floor(Date.now() / 1000);
    const lines = [
      `tree ${tree}`,
      ...parents.map((id) => `parent ${id}`),
      `author ${stamp(author, now)}`,
      `committer ${stamp(committer, now)}`,
      '',
      message,
    ];
    return Buffer.from(lines.join('\n'));
  }

  /** Only git knows how to sign; it wants to see the parents. */
  async #sign(
    tree: string,
    parents: readonly Commit[],
    message: string,
    sign: true | string,
  ): Promise<Commit> {
    const { author, committer } = this.#options.signatures;
    const who = Object.entries({ AUTHOR: author, COMMITTER: committer }).flatMap(
      ([role, { name, email }]) => [
        [`GIT_${role}_NAME`, name],
        [`GIT_${role}_EMAIL`, email],
      ],
    );
    const key = sign === true ? '--gpg-sign' : `--gpg-sign=${sign}`;
    const args = ['commit-tree', key, ...parents.flatMap((id) => ['-p', id]), '-F', '-', tree];
    const made = await this.#try(args, {
      input: message,
      env: { ...alternates(this.#options), ...Object.fromEntries(who) },
    });
    if (made.code === 0) return made.stdout.toString('utf8').trim();
    throw new GitopsError(
      'signing',
      `The commit could not be signed, so nothing was written: ${made.stderr}`,
    );
  }

  async #remoteTip(signal?: AbortSignal): Promise<Commit | undefined> {
    const ref = `refs/heads/${this.branch}`;
    const listed = await this.#try(['ls-remote', '--', REMOTE, ref], { ...(signal && { signal }) });
    if (listed.code !== 0) throw remoteError(`Asking for ${this.branch} at`, this.remote, listed.stderr);
    return listed.stdout.toString('utf8').split('\t')[0] || undefined;
  }

  #objects(): ObjectReader {
    return (this.#reader ??= new ObjectReader(this.#options.cwd, this.#env));
  }

  #try(args: readonly string[], options: Omit<GitOptions, 'cwd'> = {}) {
    return tryGit(args, { ...options, cwd: this.#options.cwd, env: { ...this.#env, ...options.env } });
  }

  #missing(id: string): GitopsError {
    return new GitopsError('corrupt', `${this.remote} did not send the object ${id}. Run git fsck there.`, {
      value: id,
    });
  }
}

const alternates = ({ objects }: BranchOptions): Record<string, string> =>
  objects === undefined ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects };
