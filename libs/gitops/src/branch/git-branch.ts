import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitopsError } from '../error.ts';
import { git, tryGit, type GitOptions, type GitResult } from '../git/run-git.ts';
import { isStale, remoteError, hasNoReason } from '../git/rejection.ts';
import type { Branch, BranchFile } from './branch.ts';
import { REMOTE, type Connection } from '../git/connection.ts';
import { commitText } from '../git/commit-text.ts';
import type { ObjectFormat } from '../git/object.ts';
import type { Signatures } from '../git/identity.ts';
import { makeScratch, scratchVariables } from './scratch-repository.ts';
import { ScratchObjects } from './scratch-objects.ts';
import { signedCommit, type RunGit } from '../git/signed-commit.ts';
import { editTree, findFile, listFiles, type Edit } from '../git/edit-tree.ts';
import type { Commit } from '../git/commit.ts';

const HOW_TO_FETCH = [
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--refmap=',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
];

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
export class GitBranch implements Branch {
  readonly branch: string;
  readonly remote: string;
  readonly key: string;
  readonly #options: BranchOptions;
  readonly #folder: string;
  readonly #env: Record<string, string>;
  readonly #objects: ScratchObjects;
  /** The lock that the last push met. */
  #lock: GitopsError | undefined;
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
    this.#objects = new ScratchObjects({ ...options, folder, env: this.#env, remote: this.remote });
  }

  static async open(options: BranchOptions): Promise<GitBranch> {
    return new GitBranch(options, await makeScratch(options.format, options.safeFolders));
  }

  async close(): Promise<void> {
    await this.#objects.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async fetch(signal?: AbortSignal): Promise<Commit | undefined> {
    const { history = false } = this.#options;
    const fetched = await this.#fetch(history ? [] : ['--depth=1'], signal);
    if (fetched.code === 0) return (await readFile(join(this.#folder, TIP), 'utf8')).trim();
    if (/couldn't find remote ref/i.test(fetched.stderr)) return undefined;
    throw this.#failed(`Fetching ${this.branch} from`, fetched.stderr);
  }

  #fetch(depth: readonly string[], signal?: AbortSignal): Promise<GitResult> {
    const refspec = `+refs/heads/${this.branch}:${TIP}`;
    return this.#try(['fetch', ...HOW_TO_FETCH, ...depth, '--', REMOTE, refspec], {
      ...(signal && { signal }),
    });
  }

  async list(commit: Commit, folder: string): Promise<BranchFile[]> {
    return listFiles(this.#objects, await this.#objects.treeOf(commit), folder);
  }

  async read(commit: Commit, path: string): Promise<Buffer | undefined> {
    const id = await findFile(this.#objects, await this.#objects.treeOf(commit), path);
    return id === undefined ? undefined : (await this.readObjects([id]))[0];
  }

  readObjects(ids: readonly string[]): Promise<(Buffer | undefined)[]> {
    return this.#objects.readAll(ids);
  }

  async commit(
    parent: Commit | undefined,
    edit: Edit,
    message: string,
    keep: readonly Commit[] = [],
  ): Promise<Commit> {
    const before = parent === undefined ? undefined : await this.#objects.treeOf(parent);
    const tree = (await editTree(this.#objects, before, edit)) as string;
    const parents = [...(parent === undefined ? [] : [parent]), ...keep];
    this.#keeps ||= keep.length > 0;
    const { signatures } = this.#options;
    if (signatures.sign === false) {
      return this.#objects.write('commit', commitText(signatures, tree, parents, message));
    }
    const git: RunGit = (args, { env, ...options }) =>
      this.#try(args, { ...options, env: { ...alternates(this.#options), ...env } }); // it wants to see the parents
    return signedCommit(git, { tree, parents, message, signatures });
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
      detached: /^(\/|file:)/i.test(this.#options.connection.url), // elsewhere the other end lives on by itself
      // Only a push that needs it looks into the checkout, which may be shallow: git would take it for whole.
      ...((this.#keeps || refs.size > 0) && { env: alternates(this.#options) }),
    });
    if (pushed.code === 0) return 'landed';
    const report = pushed.stdout.toString('utf8');
    // Git compared the lease with the tip that the remote advertised, and sent nothing.
    if (report.includes(`:${ref}\t[rejected] (stale info)\n`)) return 'stale';
    const words = `${report}\n${pushed.stderr}`;
    const fate = await this.#fateOf(commit, expected, signal);
    if (fate !== 'refused') return fate;
    if (isStale(words)) return 'stale';
    const error = this.#failed(`Pushing ${this.branch} to`, words);
    this.#lock = error.code === 'locked' ? error : undefined;
    throw error;
  }

  /** What became of a push whose answer was lost or is no "yes": only the remote knows. */
  async #fateOf(
    commit: Commit,
    expected: Commit | undefined,
    signal?: AbortSignal,
  ): Promise<'landed' | 'stale' | 'refused'> {
    const now = await this.#remoteTip(signal);
    if (now === commit) return 'landed'; // the acknowledgement was lost, not the push
    if (now === expected) return 'refused';
    return now !== undefined && (await this.#isBelow(commit, signal)) ? 'landed' : 'stale';
  }

  /** Whether the branch has grown on top of a commit: others push between a push and the question what became of it. */
  async #isBelow(commit: Commit, signal?: AbortSignal): Promise<boolean> {
    await this.#fetch(['--depth=64'], signal);
    const listed = await this.#try(['rev-list', '--max-count=4096', TIP]);
    return listed.stdout.toString('utf8').split('\n').includes(commit);
  }

  /** The commit in the branch's own line of history that an id stands for; undefined where there is none. */
  async find(id: string): Promise<Commit | undefined> {
    const listed = await this.run(['rev-list', '--first-parent', TIP]);
    return listed
      .toString('utf8')
      .split('\n')
      .find((commit) => commit.startsWith(id));
  }

  /** Whether a commit that was fetched with its history has another one in it. */
  async contains(newer: Commit, older: Commit): Promise<boolean> {
    return (await this.#try(['merge-base', '--is-ancestor', older, newer])).code === 0;
  }

  /** Runs git in the throw-away repository. */
  run(args: readonly string[], options: Omit<GitOptions, 'cwd'> = {}): Promise<Buffer> {
    return git(args, { ...options, cwd: this.#options.cwd, env: { ...this.#env, ...options.env } });
  }

  async #remoteTip(signal?: AbortSignal): Promise<Commit | undefined> {
    const ref = `refs/heads/${this.branch}`;
    const listed = await this.#try(['ls-remote', '--', REMOTE, ref], { ...(signal && { signal }) });
    if (listed.code !== 0) throw this.#failed(`Asking for ${this.branch} at`, listed.stderr);
    return listed.stdout.toString('utf8').split('\t')[0] || undefined;
  }

  /** A daemon ends one connection too many without a word; as it asks nobody who they are, no refusal looks like that. */
  #failed(doing: string, words: string): GitopsError {
    const ended = /^git:/i.test(this.#options.connection.url) && hasNoReason(words);
    return remoteError(doing, this.remote, ended ? 'connection closed without a word' : words);
  }

  #try(args: readonly string[], options: Omit<GitOptions, 'cwd'> = {}) {
    const env = { ...this.#env, ...options.env };
    return tryGit(args, { ...options, cwd: this.#options.cwd, env }).catch((error: unknown) => {
      throw this.#lock ?? error; // a deadline says less than what was in the way all the time
    });
  }
}

const alternates = ({ objects }: BranchOptions): Record<string, string> =>
  objects === undefined ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects };
