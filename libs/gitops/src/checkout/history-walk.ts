import { git, tryGit } from '../git/run-git.ts';
import { FirstParentLine } from './first-parent-line.ts';
import type { Commit } from '../git/commit.ts';

/** The number of first-parent lines to look for. Commits on no such line go to a slower command. */
const ROUNDS = 8;

/**
 * The part of the history in which HEAD and a list of releases differ, read by one `git log` for all releases.
 * Later questions about it start no process.
 */
export class HistoryWalk {
  readonly #head: Commit;
  readonly #parents: ReadonlyMap<Commit, readonly Commit[]>;
  readonly #folders: ReadonlySet<string>;
  readonly #touching: ReadonlyMap<string, readonly Commit[]>;
  readonly #lines: FirstParentLine[] = [];

  private constructor(
    head: Commit,
    parents: ReadonlyMap<Commit, readonly Commit[]>,
    folders: ReadonlySet<string>,
    touching: ReadonlyMap<string, readonly Commit[]>,
  ) {
    this.#head = head;
    this.#parents = parents;
    this.#folders = folders;
    this.#touching = touching;
  }

  /**
   * @param commits known to the checkout
   * @param folders the folders of later questions, as paths from the root of the repository
   */
  static async walk(
    { root }: { root: string },
    head: Commit,
    commits: readonly Commit[],
    folders: ReadonlySet<string>,
  ): Promise<HistoryWalk> {
    const all = [...new Set(commits)];
    const base = await baseOf(root, head, all);
    const input = [head, ...all, ...(base === undefined ? [] : [`^${base}`])].join('\n');
    const log = await git(LOG, { cwd: root, input: `${input}\n` });
    const parents = new Map<Commit, readonly Commit[]>();
    const touching = new Map<string, Commit[]>();
    for (const entry of log.toString('utf8').split('\u0001').slice(1)) {
      const [ids = '', ...files] = entry.split('\n');
      const [commit = '', ...above] = ids.split(' ').filter(Boolean);
      parents.set(commit, above);
      for (const folder of new Set(files.flatMap((file) => foldersOf(file)))) {
        if (!folders.has(folder)) continue;
        const touched = touching.get(folder);
        if (touched) touched.push(commit);
        else touching.set(folder, [commit]);
      }
    }
    return new HistoryWalk(head, parents, folders, touching);
  }

  /** The number of commits in HEAD but not in `release` that change one of these folders, without merges. */
  countSince(release: Commit, folders: readonly string[]): number {
    const touching = new Set(folders.flatMap((folder) => this.#touching.get(folder) ?? []));
    return [...touching].filter(
      (commit) =>
        (this.#parents.get(commit)?.length ?? 0) < 2 &&
        this.#contains(this.#head, commit) &&
        !this.#contains(release, commit),
    ).length;
  }

  /** Whether a folder is certainly equal at HEAD and at a release. False means unknown. */
  isSame(release: Commit, folder: string): boolean {
    if (release === this.#head) return true;
    const line = this.#lineOf(this.#head);
    const since = line.positionOf(release);
    if (since === undefined || !this.#folders.has(folder)) return false; // a merge may have changed it
    return (this.#touching.get(folder) ?? []).every((commit) => (line.positionOf(commit) ?? since) <= since);
  }

  /** Whether `newer` is `older` or has it in its history. Undefined if the walk lacks one of them. */
  contains(newer: Commit, older: Commit): boolean | undefined {
    return this.#parents.has(newer) && this.#parents.has(older) ? this.#contains(newer, older) : undefined;
  }

  #contains(newer: Commit, older: Commit): boolean {
    return this.#parents.has(newer) && this.#lineOf(newer).contains(newer, older);
  }

  #lineOf(commit: Commit): FirstParentLine {
    const known = this.#lines.find((line) => line.positionOf(commit) !== undefined);
    if (known !== undefined) return known;
    const line = new FirstParentLine(this.#parents, commit);
    this.#lines.push(line);
    return line;
  }
}

/** A merge is compared with its first parent. */
const LOG = [
  ...[
    '-c',
    'core.quotePath=false',
    '-c',
    'log.showRoot=true',
    'log',
    '--topo-order',
    '--no-show-signature',
    '--diff-merges=first-parent',
  ],
  ...['--format=%x01%H %P', '--name-only', '--no-renames', '--no-color', '--stdin'],
];

/**
 * The merge base of all commits. Undefined if there is none. The time of `git merge-base` grows with the square
 * of their number. But most commits are on few first-parent lines, and only the oldest of a line matters.
 */
async function baseOf(root: string, head: Commit, commits: readonly Commit[]): Promise<Commit | undefined> {
  const options = { cwd: root };
  const lines = async (args: string[], input = '') =>
    (await git(args, { ...options, input })).toString('utf8').split('\n').filter(Boolean);
  const open = new Set(
    commits.length > 0 ? await lines(['rev-list', '--no-walk', '--stdin'], commits.join('\n')) : [],
  );
  const oldest = [head];
  for (let round = 0, tip: string | undefined = head; round < ROUNDS && tip !== undefined; round += 1) {
    const on = (await lines(['rev-list', '--first-parent', tip])).filter((commit) => open.has(commit));
    for (const commit of on) open.delete(commit);
    oldest.push(...on.slice(-1));
    [tip] = open;
  }
  const base = await tryGit(['merge-base', '--octopus', ...oldest, ...open], options);
  return base.code === 0 ? base.stdout.toString('utf8').trim() : undefined;
}

/** The folders of a file: `a/b/c` is in `a` and in `a/b`. */
function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}
