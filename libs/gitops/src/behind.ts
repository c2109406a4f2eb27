import { git, tryGit } from './git.ts';
import type { Commit, Source } from './source.ts';

/** What is asked of a release: how many commits that touch these folders HEAD has and the release has not. */
export interface BehindQuestion {
  config: Commit;
  /** From the root of the repository. */
  folders: readonly string[];
}

/** The part of history that tells releases and HEAD apart. */
interface Stretch {
  parents: ReadonlyMap<Commit, readonly Commit[]>;
  /** The commits that touch a folder, by folder. */
  touching: ReadonlyMap<string, readonly Commit[]>;
}

/**
 * How many commits HEAD is ahead of each release, merges not counted, from one walk through history however many
 * releases there are; undefined where this checkout does not know the release's commit.
 */
export async function countBehind(
  source: Source,
  head: Commit,
  questions: readonly BehindQuestion[],
): Promise<(number | undefined)[]> {
  const resolved = await Promise.all(questions.map(({ config }) => source.resolve(config)));
  const configs = [...new Set(resolved.filter((commit) => commit !== undefined))];
  if (configs.length === 0) return questions.map(() => undefined);
  const folders = new Set(questions.flatMap(({ folders }) => folders));
  const stretch = await walk(source, head, configs, folders);
  const inHead = reach(stretch, head);
  const before = new Map(configs.map((config) => [config, reach(stretch, config)] as const));
  return questions.map(({ folders }, at) => {
    const config = resolved[at];
    const released = config === undefined ? undefined : before.get(config);
    if (released === undefined) return undefined;
    const touching = new Set(folders.flatMap((folder) => stretch.touching.get(folder) ?? []));
    return [...touching].filter((commit) => inHead.has(commit) && !released.has(commit)).length;
  });
}

async function walk(
  source: Source,
  head: Commit,
  configs: readonly Commit[],
  folders: ReadonlySet<string>,
): Promise<Stretch> {
  const options = { cwd: source.root };
  const base = await tryGit(['merge-base', '--octopus', head, ...configs], options);
  const until = base.code === 0 ? [`^${base.stdout.toString('utf8').trim()}`] : [];
  const format = ['--format=%x01%H %P', '--name-only', '--no-renames'];
  const args = ['-c', 'core.quotePath=false', 'log', ...format, '--stdin'];
  const input = [head, ...configs, ...until].join('\n');
  const log = (await git(args, { ...options, input: `${input}\n` })).toString('utf8');
  const parents = new Map<Commit, Commit[]>();
  const touching = new Map<string, Commit[]>();
  for (const entry of log.split('\u0001').slice(1)) {
    const [ids = '', ...files] = entry.split('\n');
    const [commit = '', ...above] = ids.split(' ').filter(Boolean);
    parents.set(commit, above);
    for (const folder of new Set(files.flatMap((file) => foldersOf(file)))) {
      if (folders.has(folder)) touching.set(folder, [...(touching.get(folder) ?? []), commit]);
    }
  }
  return { parents, touching };
}

/** `a/b/c` lies in `a` and in `a/b`. */
function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

function reach({ parents }: Stretch, from: Commit): Set<Commit> {
  const reached = new Set<Commit>();
  const open = [from];
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    if (reached.has(commit) || !parents.has(commit)) continue;
    reached.add(commit);
    open.push(...(parents.get(commit) as readonly Commit[]));
  }
  return reached;
}
