import type { Environment } from '../workspace/environment.ts';
import { gitEnvironment } from '../git/run-git.ts';
import { logArguments, parseLog, type LoggedCommit } from './ledger-log.ts';
import { connect } from '../checkout/checkout-remotes.ts';
import type { Connection } from '../git/remote-connection.ts';
import { GitBranch } from '../branch/git-branch.ts';
import { signaturesOf } from '../git/commit-identity.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** New file contents by path. Undefined removes the file. */
export type LedgerEdit = ReadonlyMap<string, string | undefined>;

/** A commit of a ledger branch, usually the newest, and its files. */
export interface Tip {
  /** Undefined if the branch does not exist. */
  commit: Commit | undefined;
  /** The paths of all ledger files, relative to the ledger's folder. */
  files: readonly string[];
  /** Reads files of this commit. The result does not contain missing files. */
  read(paths: readonly string[]): Promise<Map<string, string>>;
}

/** The settings of an environment that locate its ledger and its source. */
type LedgerAddress = Pick<Environment, 'ledger' | 'source'>;

/** The ledger of an environment: a folder on a branch of a Git repository. */
export class LedgerRepository {
  readonly branch: string;
  /** The remote's name or address, for messages. */
  readonly remote: string;
  /** Equal for two objects of the same ledger and checkout. */
  readonly key: string;
  readonly #branch: GitBranch;
  readonly #source: Checkout;
  readonly #folder: string;
  /**
   * Whether ledger and source share a repository, so that ledger commits can have configuration commits as
   * parents.
   */
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
   * Opens the ledger of an environment. If its remote is a local folder that does not exist, it is created.
   *
   * @param options.history whether to fetch the branch with its history, as {@link log} needs. @default false
   * @throws {GitopsError} `not-found` if the checkout has no remote of this name
   */
  static async open(
    checkout: Checkout,
    address: LedgerAddress,
    { history = false }: { history?: boolean } = {},
  ): Promise<LedgerRepository> {
    const { ledger } = address;
    const connection = await connect(checkout, ledger.remote);
    const settings = await checkout.settings();
    const branch = await GitBranch.open({
      connection,
      branch: ledger.branch,
      format: await checkout.objectFormat(),
      signatures: signaturesOf(checkout.commits, settings, gitEnvironment()),
      cwd: checkout.root,
      safeFolders: settings.all('safe.directory'),
      history,
      objects: history && !(await checkout.isComplete()) ? undefined : checkout.objectsFolder,
    });
    const keeps = await isSameRepository(checkout, address, connection);
    return new LedgerRepository(checkout, branch, ledger.folder, keeps);
  }

  /** Whether a tip, fetched with its history, keeps a commit fetchable even if main is rewritten. */
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

  /** The ledger's files at a commit that was fetched or created here. */
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

  /** The raw text of a fetched commit. */
  async text(commit: Commit): Promise<string | undefined> {
    return (await this.#branch.readObjects([commit]))[0]?.toString('utf8');
  }

  /**
   * The commits up to a tip that change a ledger file, newest first. Without the option `history` only the
   * tip.
   *
   * @param limit the maximum number of commits. @default all
   */
  async log(tip: Commit, file: string, limit = Infinity): Promise<LoggedCommit[]> {
    const output = await this.#branch.run(logArguments(tip, this.#pathOf(file), limit));
    return parseLog(output.toString('utf8'));
  }

  /**
   * The commit of the ledger with an id, which may be abbreviated to 7 digits. Undefined if there is none.
   */
  async find(id: string): Promise<Commit | undefined> {
    if (!/^[0-9a-f]{7,64}$/.test(id)) return undefined;
    return this.#branch.find(id);
  }

  /** The text of a ledger file at each of these commits. Undefined if the file does not exist there. */
  async readAt(commits: readonly Commit[], file: string): Promise<(string | undefined)[]> {
    const names = commits.map((commit) => `${commit}:${this.#pathOf(file)}`);
    const contents = await this.#branch.readObjects(names);
    return contents.map((content) => content?.toString('utf8'));
  }

  /**
   * Creates a commit on top of a tip. The branch does not change.
   *
   * @param releases the configuration commits that the edit records. If ledger and source share a repository,
   *   they become parents, so they stay fetchable even if main is rewritten
   */
  async commit(
    parent: Commit | undefined,
    edit: LedgerEdit,
    message: string,
    releases: readonly Commit[] = [],
  ): Promise<Commit> {
    const placed = new Map([...edit].map(([file, content]) => [this.#pathOf(file), content]));
    if (!this.#keeps || releases.length === 0) return this.#branch.commit(parent, placed, message);
    // The first parent is always a ledger commit, so a new ledger needs an empty one.
    const past = parent ?? (await this.#branch.commit(undefined, new Map(), `Begin ${this.branch}\n`));
    return this.#branch.commit(past, placed, message, await this.#source.independent(releases));
  }

  /**
   * Moves the ledger branch from `expected` to `commit` if it is still at `expected`: a compare-and-swap. If
   * the push fails, it asks the remote for its tip, except if git refused the lease before it sent anything.
   *
   * @param keep further refs to write, by name: snapshots that only the ledger keeps
   * @returns `landed`, or `stale` if another push was faster
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

  /** The path of a ledger file on the branch. */
  #pathOf(file: string): string {
    return this.#folder ? `${this.#folder}/${file}` : file;
  }
}

/**
 * Whether ledger and source share a repository, on two branches. A ledger on main is rewritten together with
 * main.
 */
async function isSameRepository(
  checkout: Checkout,
  { ledger, source: from }: LedgerAddress,
  connection: Connection,
): Promise<boolean> {
  if (from === 'worktree' || from.branch === ledger.branch) return false;
  if (from.remote === ledger.remote) return true;
  return (await connect(checkout, from.remote)).url === connection.url;
}
