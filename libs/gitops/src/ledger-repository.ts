import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './environment.ts';
import { git, tryGit, type GitOptions } from './git.ts';
import { logArguments, parseLog, type LoggedCommit } from './ledger-log.ts';
import { isStale, remoteError } from './rejection.ts';
import { carriedConfig, locate } from './remote.ts';
import type { Commit, Source } from './source.ts';

/** A folder of a run that was killed carries its process id, so that the next run can clean up. */
const SCRATCH = 'slipway-ledger-';

/** The newest commit of a ledger branch and what it holds. */
export interface Tip {
  /** Undefined while the branch does not exist. */
  commit: Commit | undefined;
  /** Every file of the ledger, relative to its folder. */
  files: readonly string[];
  /** Reads files of this tip; one that is not there is missing from the answer. */
  read(paths: readonly string[]): Promise<Map<string, string>>;
}

/** New file contents by path; undefined removes the file. */
export type Edit = ReadonlyMap<string, string | undefined>;

/**
 * The repository with an environment's ledger, seen through a throw-away bare repository: no work
 * tree, no index of anybody's, no hooks, and nothing left behind that a killed run could poison.
 */
export class LedgerRepository {
  readonly branch: string;
  /** The remote's name or address, for messages. */
  readonly remote: string;
  readonly #source: Source;
  readonly #scratch: string;
  readonly #folder: string;
  readonly #env: Record<string, string>;
  readonly #depth: readonly string[];

  private constructor(
    source: Source,
    ledger: Environment['ledger'],
    scratch: string,
    env: Record<string, string>,
    depth: readonly string[],
  ) {
    this.#source = source;
    this.#scratch = scratch;
    this.#folder = ledger.folder;
    this.#env = env;
    this.#depth = depth;
    this.branch = ledger.branch;
    this.remote = ledger.remote;
  }

  /**
   * Opens the ledger of an environment. A ledger that is a folder of this machine is made when it is not there.
   *
   * @param options.history fetch the whole branch, for {@link log}; else only what the newest commit holds. @default false
   * @throws {GitopsError} `not-found` for a remote name that the checkout does not have
   */
  static async open(
    source: Source,
    ledger: Environment['ledger'],
    { history = false }: { history?: boolean } = {},
  ): Promise<LedgerRepository> {
    await sweep();
    const remote = await locate(source, ledger.remote);
    const scratch = await mkdtemp(join(tmpdir(), `${SCRATCH}${process.pid}-`));
    const env = { ...(await carriedConfig(source)), GIT_DIR: scratch };
    const opened = new LedgerRepository(
      source,
      { ...ledger, remote },
      scratch,
      env,
      history ? [] : ['--depth=1'],
    );
    await git(
      ['init', '--quiet', '--bare', '--template=', `--object-format=${await source.objectFormat()}`],
      {
        cwd: source.root,
        env,
      },
    );
    return opened;
  }

  /** Removes the throw-away repository. */
  async close(): Promise<void> {
    await rm(this.#scratch, { recursive: true, force: true });
  }

  /**
   * Fetches the newest state of the ledger.
   *
   * @throws {GitopsError} `auth`, `not-found`, `network`, `timeout`
   */
  async tip(signal?: AbortSignal): Promise<Tip> {
    const ref = 'refs/slipway/tip';
    const fetched = await this.#try(
      [
        ...[
          'fetch',
          '--quiet',
          ...this.#depth,
          '--no-tags',
          '--no-write-fetch-head',
          '--refmap=',
          '--no-auto-gc',
          '--',
        ],
        ...[this.remote, `+refs/heads/${this.branch}:${ref}`],
      ],
      signal,
    );
    if (fetched.code === 0) return this.#readable(await this.#line(['rev-parse', ref]));
    if (/couldn't find remote ref/i.test(fetched.stderr)) return this.#readable(undefined);
    throw remoteError(`Fetching ${this.branch} from`, this.remote, fetched.stderr);
  }

  /**
   * The commits before and at a tip that touch a ledger file, newest first. Opened without `history` it sees the
   * tip alone.
   *
   * @param limit how many commits at most. @default all
   */
  async log(tip: Commit, file: string, limit = Infinity): Promise<LoggedCommit[]> {
    const output = await this.#git(logArguments(tip, this.#place(file), limit));
    return parseLog(output.toString('utf8'));
  }

  /** A ledger file as each of these commits has it; undefined where it is not there. */
  async readAt(commits: readonly Commit[], file: string): Promise<(string | undefined)[]> {
    return this.#readObjects(commits.map((commit) => `${commit}:${this.#place(file)}`));
  }

  /** Builds a commit on top of a tip. Nothing outside the throw-away repository changes. */
  async commit(parent: Commit | undefined, edit: Edit, message: string): Promise<Commit> {
    const env = { GIT_INDEX_FILE: join(this.#scratch, 'index') };
    await this.#git(parent === undefined ? ['read-tree', '--empty'] : ['read-tree', parent], { env });
    await this.#git(['update-index', '-z', '--index-info'], { env, input: await this.#indexInfo(edit) });
    const tree = (await this.#git(['write-tree'], { env })).toString('utf8').trim();
    const parents = parent === undefined ? [] : ['-p', parent];
    return this.#line(['commit-tree', ...parents, '-F', '-', tree], {
      env: await this.#identity(),
      input: message,
    });
  }

  /**
   * Moves the ledger branch from `expected` to `commit`, or leaves it alone: a compare-and-swap. Whatever
   * the answer on the wire was, the remote is asked what it holds before an answer is given.
   *
   * @param keep further refs to write, by name: commits that the ledger names and nothing else keeps
   * @returns `landed`, or `stale` when somebody else was quicker
   * @throws {GitopsError} `auth`, `refused`, `not-found`, `network`, `timeout`
   */
  async push(
    commit: Commit,
    expected: Commit | undefined,
    keep: ReadonlyMap<string, Commit> = new Map(),
    signal?: AbortSignal,
  ): Promise<'landed' | 'stale'> {
    const ref = `refs/heads/${this.branch}`;
    const refspecs = [`${commit}:${ref}`, ...[...keep].map(([name, id]) => `${id}:${name}`)];
    // Commits to keep lie in the checkout, and only a push that carries one may look there: the checkout may
    // be shallow, and git would take its unfinished history for a whole one.
    const objects =
      keep.size > 0 ? { GIT_ALTERNATE_OBJECT_DIRECTORIES: await this.#source.objectsFolder() } : {};
    const pushed = await this.#try(
      [
        'push',
        '--porcelain',
        '--no-verify',
        `--force-with-lease=${ref}:${expected ?? ''}`,
        '--',
        this.remote,
        ...refspecs,
      ],
      signal,
      objects,
    );
    if (pushed.code === 0) return 'landed';
    const words = `${pushed.stdout.toString('utf8')}\n${pushed.stderr}`;
    const now = await this.#remoteTip(signal);
    if (now === commit) return 'landed'; // the acknowledgement was lost, not the push
    if (now !== expected || isStale(words)) return 'stale';
    throw remoteError(`Pushing ${this.branch} to`, this.remote, words);
  }

  async #remoteTip(signal?: AbortSignal): Promise<Commit | undefined> {
    const listed = await this.#try(['ls-remote', '--', this.remote, `refs/heads/${this.branch}`], signal);
    if (listed.code !== 0) throw remoteError(`Asking for ${this.branch} at`, this.remote, listed.stderr);
    return listed.stdout.toString('utf8').split('\t')[0] || undefined;
  }

  async #readable(commit: Commit | undefined): Promise<Tip> {
    if (commit === undefined) return { commit, files: [], read: () => Promise.resolve(new Map()) };
    const prefix = this.#folder && `${this.#folder}/`;
    const listed = await this.#git([
      'ls-tree',
      '-r',
      '-z',
      '--name-only',
      commit,
      ...(prefix ? ['--', prefix] : []),
    ]);
    const files = listed
      .toString('utf8')
      .split('\0')
      .filter(Boolean)
      .map((file) => file.slice(prefix.length));
    const known = new Set(files);
    return {
      commit,
      files,
      read: (paths) =>
        this.#readFiles(
          commit,
          prefix,
          paths.filter((path) => known.has(path)),
        ),
    };
  }

  async #readFiles(commit: Commit, prefix: string, paths: readonly string[]): Promise<Map<string, string>> {
    const texts = await this.#readObjects(paths.map((path) => `${commit}:${prefix}${path}`));
    return new Map(
      paths.flatMap((path, at) => (texts[at] === undefined ? [] : [[path, texts[at]] as const])),
    );
  }

  /** One process reads all objects; what is not there is undefined. */
  async #readObjects(names: readonly string[]): Promise<(string | undefined)[]> {
    if (names.length === 0) return [];
    const answer = await this.#git(['cat-file', '--batch'], {
      input: names.map((name) => `${name}\n`).join(''),
    });
    let at = 0;
    return names.map(() => {
      const headerEnd = answer.indexOf(0x0a, at);
      const header = answer.toString('utf8', at, headerEnd);
      at = headerEnd + 1;
      if (header.endsWith(' missing')) return undefined;
      const start = at;
      const end = start + Number(header.split(' ')[2]);
      at = end + 1;
      return answer.toString('utf8', start, end);
    });
  }

  /** One process writes all blobs; then lines for `update-index --index-info`. */
  async #indexInfo(edit: Edit): Promise<string> {
    const written = [...edit].flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]));
    const files = written.map((_, at) => join(this.#scratch, `blob-${at}`));
    await Promise.all(written.map(({ text }, at) => writeFile(files[at] as string, text)));
    const hashed = await this.#git(['hash-object', '-w', '--no-filters', '--stdin-paths'], {
      input: files.join('\n'),
    });
    const ids = hashed.toString('utf8').split('\n');
    const zero = '0'.repeat(ids[0]?.length || 40);
    const removed = [...edit.keys()].filter((file) => edit.get(file) === undefined);
    return [
      ...written.map((file, at) => `100644 ${ids[at]}\t${this.#place(file.path)}\0`),
      ...removed.map((file) => `0 ${zero}\t${this.#place(file)}\0`),
    ].join('');
  }

  /** Where a ledger file lies on the branch. */
  #place(file: string): string {
    return this.#folder ? `${this.#folder}/${file}` : file;
  }

  /** The user's own name when git knows one, else the program's. */
  async #identity(): Promise<Record<string, string>> {
    const known = await this.#try(['var', 'GIT_COMMITTER_IDENT']);
    if (known.code === 0) return {};
    const fallback = { NAME: 'slipway', EMAIL: 'slipway@localhost' };
    return Object.fromEntries(
      Object.entries(fallback).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    );
  }

  async #line(args: readonly string[], options: Omit<GitOptions, 'cwd'> = {}): Promise<string> {
    return (await this.#git(args, options)).toString('utf8').trimEnd();
  }

  #git(args: readonly string[], options: Omit<GitOptions, 'cwd'> = {}): Promise<Buffer> {
    return git(args, { ...options, cwd: this.#source.root, env: { ...this.#env, ...options.env } });
  }

  #try(args: readonly string[], signal?: AbortSignal, env: Record<string, string> = {}) {
    return tryGit(args, { cwd: this.#source.root, env: { ...this.#env, ...env }, ...(signal && { signal }) });
  }
}

/** Removes what runs that were killed left behind. */
async function sweep(): Promise<void> {
  const entries = await readdir(tmpdir()).catch(() => []);
  const dead = entries.filter(
    (name) => name.startsWith(SCRATCH) && !isAlive(Number(name.slice(SCRATCH.length).split('-')[0])),
  );
  await Promise.all(dead.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
