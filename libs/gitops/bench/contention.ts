import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Ending, WriterTask, Policy } from './writer.ts';

/** Many writers, one branch. */
export interface Contest {
  policy: Policy;
  writers: number;
  /** How often each of them writes. */
  bumps: number;
  /** How the writers reach the repository. */
  address: string;
  /** The bare repository itself. */
  repository: string;
}

/** How a contest ended, read from the repository and not from what writers say. */
export interface Result {
  /** Bumps that their writer called landed. */
  landed: number;
  /** Of those, how many are not in history: writers that were lied to. */
  lost: number;
  /** Values that are in history more than once. */
  duplicated: number;
  /** Bumps that their writer gave up. */
  failed: number;
  /** Milliseconds, of all bumps. */
  p50: number;
  p95: number;
  slowest: number;
  retries: number;
  reasons: readonly string[];
}

/** The file that all writers share. */
export const FILE = 'apps/values.yaml';

/** Makes a bare repository whose `main` holds a key for each writer. */
export function makeRepository(folder: string, writers: number): string {
  const repository = join(folder, 'contest.git');
  const git = (args: string[], input = ''): string =>
    execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8', input }).trim();
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  git(['config', 'http.receivepack', 'true']);
  const text = Array.from({ length: writers }, (_, at) => `w${at}: { tag: none } # writer ${at}\n`).join('');
  const blob = git(['hash-object', '-w', '--stdin'], text);
  const apps = git(['mktree'], `100644 blob ${blob}\tvalues.yaml\n`);
  const tree = git(['mktree'], `040000 tree ${apps}\tapps\n`);
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
  git(['update-ref', 'refs/heads/main', git([...who, 'commit-tree', tree, '-m', 'start'])]);
  return repository;
}

/** Lets all writers write at once, each in a process of its own, and counts. */
export async function contend({ policy, writers, bumps, address, repository }: Contest): Promise<Result> {
  const endings = await Promise.all(
    Array.from({ length: writers }, (_, at) =>
      write({ policy, repository: address, file: FILE, key: `w${at}`, bumps }),
    ),
  );
  return count(repository, endings.flat());
}

function write(orders: WriterTask): Promise<Ending[]> {
  const args = [join(import.meta.dirname, 'writer.ts'), JSON.stringify(orders)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) =>
      error ? reject(error) : resolve(JSON.parse(stdout) as Ending[]),
    );
  });
}

function count(repository: string, endings: readonly Ending[]): Result {
  const diffs = execFileSync('git', ['-C', repository, 'log', '-p', '--unified=0', '--format=', 'main'], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const times = new Map<string, number>();
  for (const [, value = ''] of diffs.matchAll(/^\+w\d+: \{ tag: (\S+) \}/gm)) {
    if (value !== 'none') times.set(value, (times.get(value) ?? 0) + 1);
  }
  const landed = endings.filter((ending) => ending.landed);
  const durations = endings.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const quantile = (part: number): number =>
    Math.round(durations[Math.ceil(durations.length * part) - 1] ?? 0);
  return {
    landed: landed.length,
    lost: landed.filter(({ value }) => !times.has(value)).length,
    duplicated: [...times.values()].filter((many) => many > 1).length,
    failed: endings.length - landed.length,
    p50: quantile(0.5),
    p95: quantile(0.95),
    slowest: quantile(1),
    retries: endings.reduce((sum, { retries }) => sum + retries, 0),
    reasons: [...new Set(endings.flatMap(({ reason }) => reason ?? []))],
  };
}
