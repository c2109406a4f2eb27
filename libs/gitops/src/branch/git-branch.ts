import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitopsError } from '../error.ts';
import { git, tryGit, type GitOptions, type GitResult } from '../git/run-git.ts';
import { isStale, remoteError, hasNoReason } from '../git/push-rejection.ts';
import type { Branch, BranchFile } from './branch.ts';
import { REMOTE, type Connection } from '../git/remote-connection.ts';
import { commitText } from '../git/commit-object.ts';
import type { ObjectFormat } from '../git/object.ts';
import type { Signatures } from '../git/commit-identity.ts';
import { makeScratch, scratchVariables } from './scratch-repository.ts';
import { ScratchObjects } from './scratch-objects.ts';
import { signedCommit, type RunGit } from '../git/signed-commit.ts';
import { editTree, findFile, listFiles, type Edit } from '../git/edit-tree.ts';
import type { Commit } from '../git/commit.ts';

const FETCH_OPTIONS = [
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
  /** An existing folder, for relative addresses. */
  cwd: string;
  /** The user's `safe.directory`. */
  safeFolders: readonly string[];
  /** Fetch the whole history, not only the tip. @default false */
  history?: boolean;
  /** The objects folder of a repository that is not shallow and shares commits with the remote. */
  objects?: string | undefined;
}

/** A branch by git, in a temporary bare repository. */
export class GitBranch implements Branch {
  readonly branch: string;
  readonly remote: string;
  readonly key: string;
  readonly #options: BranchOptions;
  readonly #folder: string;
  readonly #env: Record<string, string>;
  readonly #objects: ScratchObjects;
  /** The error of the last push, if a lock was its cause. */
  #lock: GitopsError | undefined;
  /** Whether a commit has parents that only the checkout has. */
  #hasKept = false;

  private constructor(options: BranchOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    // The history that the checkout has, above all the kept commits, is not fetched again.
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
    return this.#try(['fetch', ...FETCH_OPTIONS, ...depth, '--', REMOTE, refspec], {
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
    this.#hasKept ||= keep.length > 0;
    const { signatures } = this.#options;
    if (signatures.sign === false) {
      return this.#objects.write('commit', commitText(signatures, tree, parents, message));
    }
    const git: RunGit = (args, { env, ...options }) =>
      this.#try(args, { ...options, env: { ...alternates(this.#options), ...env } }); // git looks up the parents
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
      // Over a network the remote process survives by itself.
      detached: /^(\/|file:)/i.test(this.#options.connection.url),
      // Only if needed: the checkout may be shallow, and git would take its history for complete.
      ...((this.#hasKept || refs.size > 0) && { env: alternates(this.#options) }),
    });
    if (pushed.code === 0) return 'landed';
    const report = pushed.stdout.toString('utf8');
    // Git compared the lease with the advertised tip and sent nothing.
    if (report.includes(`:${ref}\t[rejected] (stale info)\n`)) return 'stale';
    const output = `${report}\n${pushed.stderr}`;
    const result = await this.#resultOf(commit, expected, signal);
    if (result !== 'refused') return result;
    if (isStale(output)) return 'stale';
    const error = this.#failed(`Pushing ${this.branch} to`, output);
    this.#lock = error.code === 'locked' ? error : undefined;
    throw error;
  }

  /** The result of a push that failed or whose answer was lost, by the remote's tip. */
  async #resultOf(
    commit: Commit,
    expected: Commit | undefined,
    signal?: AbortSignal,
  ): Promise<'landed' | 'stale' | 'refused'> {
    const tip = await this.#remoteTip(signal);
    if (tip === commit) return 'landed'; // only the acknowledgement was lost
    if (tip === expected) return 'refused';
    return tip !== undefined && (await this.#isInHistory(commit, signal)) ? 'landed' : 'stale';
  }

  /** Whether the remote's tip has a commit in its history: others may have pushed on top of it. */
  async #isInHistory(commit: Commit, signal?: AbortSignal): Promise<boolean> {
    await this.#fetch(['--depth=64'], signal);
    const listed = await this.#try(['rev-list', '--max-count=4096', TIP]);
    return listed.stdout.toString('utf8').split('\n').includes(commit);
  }

  /** The commit of the branch's first-parent history whose id starts with `id`; undefined if none does. */
  async find(id: string): Promise<Commit | undefined> {
    const listed = await this.run(['rev-list', '--first-parent', TIP]);
    return listed
      .toString('utf8')
      .split('\n')
      .find((commit) => commit.startsWith(id));
  }

  /** Whether a commit that was fetched with its history is or contains another commit. */
  async contains(newer: Commit, older: Commit): Promise<boolean> {
    return (await this.#try(['merge-base', '--is-ancestor', older, newer])).code === 0;
  }

  /** Runs git in the temporary repository. */
  run(args: readonly string[], options: Omit<GitOptions, 'cwd'> = {}): Promise<Buffer> {
    return git(args, { ...options, cwd: this.#options.cwd, env: { ...this.#env, ...options.env } });
  }

  async #remoteTip(signal?: AbortSignal): Promise<Commit | undefined> {
    const ref = `refs/heads/${this.branch}`;
    const listed = await this.#try(['ls-remote', '--', REMOTE, ref], { ...(signal && { signal }) });
    if (listed.code !== 0) throw this.#failed(`Asking for ${this.branch} at`, listed.stderr);
    return listed.stdout.toString('utf8').split('\t')[0] || undefined;
  }

  /**
   * A git daemon with too many connections closes one without a message. As it has no login, it is no
   * rejection.
   */
  #failed(action: string, output: string): GitopsError {
    const closed = /^git:/i.test(this.#options.connection.url) && hasNoReason(output);
    return remoteError(action, this.remote, closed ? 'connection closed without a message' : output);
  }

  #try(args: readonly string[], options: Omit<GitOptions, 'cwd'> = {}) {
    const env = { ...this.#env, ...options.env };
    return tryGit(args, { ...options, cwd: this.#options.cwd, env }).catch((error: unknown) => {
      throw this.#lock ?? error; // the lock is the cause of the deadline
    });
  }
}

const alternates = ({ objects }: BranchOptions): Record<string, string> =>
  objects === undefined ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects };
