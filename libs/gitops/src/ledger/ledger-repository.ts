import type { Environment } from '../workspace/environment.ts';
import { gitEnvironment } from '../git/run-git.ts';
import { logArguments, parseLog, type LoggedCommit } from './log.ts';
import { connect } from '../checkout/fetch-branch.ts';
import type { Connection } from '../git/connection.ts';
import { GitBranch } from '../branch/git-branch.ts';
import { signaturesOf } from '../git/identity.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** New file contents by path; undefined removes the file. */
export type LedgerEdit = ReadonlyMap<string, string | undefined>;

/** The newest commit of a ledger branch and what it holds. */
export interface Tip {
  /** Undefined while the branch does not exist. */
  commit: Commit | undefined;
  /** Every file of the ledger, relative to its folder. */
  files: readonly string[];
  /** Reads files of this tip; one that is not there is missing from the answer. */
  read(paths: readonly string[]): Promise<Map<string, string>>;
}

/** What of an environment decides where its ledger is, and whether that is where its source is. */
type LedgerAddress = Pick<Environment, 'ledger' | 'source'>;

/** An environment's ledger: a folder of a branch of a repository somewhere. */
export class LedgerRepository {
  readonly branch: string;
  /** The remote's name or address, for messages. */
  readonly remote: string;
  /** Equal for what is the same ledger, seen from the same checkout. */
  readonly key: string;
  readonly #branch: GitBranch;
  readonly #source: Checkout;
  readonly #folder: string;
  /** Whether the commits that releases name lie in the same repository, so that the ledger can keep them there. */
  readonly #keeps: boolean;

  private constructor(checkout: Checkout, branch: GitBranch, folder: string, keeps: boolean) {
    this.#source = checkout;
    this.#branch = branch;
    this.#folder = folder;
    this.#keeps = keeps;
    this.branch = branch.branch;
    this.remote = branch.remote;
    this.key = `${branch.key} ${folder} ${checkout.root}`;
  }

  /**
   * Opens the ledger of an environment. A ledger that is a folder of this machine is made when it is not there.
   *
   * @param options.history fetch the whole branch, for {@link log}; else only what the newest commit holds. @default false
   * @throws {GitopsError} `not-found` for a remote name that the checkout does not have
   */
  static async open(
    checkout: Checkout,
    place: LedgerAddress,
    { history = false }: { history?: boolean } = {},
  ): Promise<LedgerRepository> {
    const { ledger } = place;
    const connection = await connect(checkout, ledger.remote);
    const settings = await checkout.settings();
    const complete = await checkout.isComplete();
    const branch = await GitBranch.open({
      connection,
      branch: ledger.branch,
      format: await checkout.objectFormat(),
      signatures: signaturesOf(checkout.commits, settings, gitEnvironment()),
      cwd: checkout.root,
      safeFolders: settings.all('safe.directory'),
      history,
      objects: history && !complete ? undefined : await checkout.objectsFolder(),
    });
    const keeps = await isSameRepository(checkout, place, connection);
    return new LedgerRepository(checkout, branch, ledger.folder, keeps);
  }

  /** Whether a tip, fetched with its history, keeps a commit fetchable, whatever became of main. */
  async keeps({ commit }: Tip, config: Commit): Promise<boolean> {
    return this.#keeps && commit !== undefined && this.#branch.contains(commit, config);
  }

  /** Closes connections and deletes temporary files. */
  close(): Promise<void> {
    return this.#branch.close();
  }

  /**
   * Fetches the newest state of the ledger.
   *
   * @throws {GitopsError} `auth`, `not-found`, `network`, `timeout`
   */
  async tip(signal?: AbortSignal): Promise<Tip> {
    return this.at(await this.#branch.fetch(signal));
  }

  /** What the ledger holds at a commit that was fetched or made here. */
  async at(commit: Commit | undefined): Promise<Tip> {
    if (commit === undefined) return { commit, files: [], read: () => Promise.resolve(new Map()) };
    const prefix = this.#folder && `${this.#folder}/`;
    const listed = await this.#branch.list(commit, this.#folder);
    const ids = new Map(listed.map(({ path, id }) => [path.slice(prefix.length), id]));
    return {
      commit,
      files: [...ids.keys()],
      read: async (paths) => {
        const known = paths.filter((path) => ids.has(path));
        const contents = await this.#branch.readObjects(known.map((path) => ids.get(path) as string));
        return new Map(known.map((path, at) => [path, contents[at]?.toString('utf8') ?? '']));
      },
    };
  }

  /** A commit that was fetched, as Git stores it. */
  async text(commit: Commit): Promise<string | undefined> {
    return (await this.#branch.readObjects([commit]))[0]?.toString('utf8');
  }

  /**
   * The commits before and at a tip that touch a ledger file, newest first. Opened without `history` it sees the
   * tip alone.
   *
   * @param limit how many commits at most. @default all
   */
  async log(tip: Commit, file: string, limit = Infinity): Promise<LoggedCommit[]> {
    const output = await this.#branch.run(logArguments(tip, this.#place(file), limit));
    return parseLog(output.toString('utf8'));
  }

  /** The commit of the ledger that an id stands for, cut to 7 digits or more; undefined where there is none. */
  async find(id: string): Promise<Commit | undefined> {
    if (!/^[0-9a-f]{7,64}$/.test(id)) return undefined;
    return this.#branch.find(id);
  }

  /** A ledger file as each of these commits has it; undefined where it is not there. */
  async readAt(commits: readonly Commit[], file: string): Promise<(string | undefined)[]> {
    const names = commits.map((commit) => `${commit}:${this.#place(file)}`);
    const contents = await this.#branch.readObjects(names);
    return contents.map((content) => content?.toString('utf8'));
  }

  /**
   * Builds a commit on top of a tip. The branch does not move.
   *
   * @param releases the configuration commits that the edit records. Where ledger and source are one repository they
   *   become parents, so that no rewritten main makes them unreadable
   */
  async commit(
    parent: Commit | undefined,
    edit: LedgerEdit,
    message: string,
    releases: readonly Commit[] = [],
  ): Promise<Commit> {
    const placed = new Map([...edit].map(([file, content]) => [this.#place(file), content]));
    if (!this.#keeps || releases.length === 0) return this.#branch.commit(parent, placed, message);
    // The first parent is always the ledger's own past, so a ledger that begins needs one.
    const past = parent ?? (await this.#branch.commit(undefined, new Map(), `Begin ${this.branch}\n`));
    return this.#branch.commit(past, placed, message, await this.#source.independent(releases));
  }

  /**
   * Moves the ledger branch from `expected` to `commit`, or leaves it alone: a compare-and-swap. Whatever
   * the answer on the wire was, the remote is asked what it holds before an answer is given.
   *
   * @param keep further refs to write, by name: commits that the ledger names and nothing else keeps
   * @returns `landed`, or `stale` when somebody else was quicker
   * @throws {GitopsError} `auth`, `refused`, `not-found`, `network`, `timeout`
   */
  push(
    commit: Commit,
    expected: Commit | undefined,
    keep: ReadonlyMap<string, Commit> = new Map(),
    signal?: AbortSignal,
  ): Promise<'landed' | 'stale'> {
    return this.#branch.push(commit, expected, { refs: keep, ...(signal && { signal }) });
  }

  /** Where a ledger file lies on the branch. */
  #place(file: string): string {
    return this.#folder ? `${this.#folder}/${file}` : file;
  }
}

/** A ledger in a folder of main itself needs no keeping: whoever rewrites main takes the ledger along. */
async function isSameRepository(
  checkout: Checkout,
  { ledger, source: from }: LedgerAddress,
  connection: Connection,
): Promise<boolean> {
  if (from === 'worktree' || from.branch === ledger.branch) return false;
  if (from.remote === ledger.remote) return true;
  return (await connect(checkout, from.remote)).url === connection.url;
}
