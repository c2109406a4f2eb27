import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

/** One line of the table. */
export interface Row {
  what: string;
  ours: string;
  against: string;
  ratio: string;
  wanted: string;
}

/** Runs a program to its end. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    maxBuffer: 64 << 20,
    ...(cwd ? { cwd } : {}),
  });
  return stdout;
}

/** One thing that is measured. What it answers tidies up behind it, where it is a function; that is not measured. */
export type Work = (turn: number) => Promise<unknown>;

/** The median of what works take, turn by turn so that a busy moment hits all of them. Milliseconds. */
export async function medians(runs: number, works: readonly Work[]): Promise<number[]> {
  const times = works.map((): number[] => []);
  for (let turn = -1; turn < runs; turn++) {
    for (const [index, work] of works.entries()) {
      const begun = performance.now();
      const tidy = await work(turn);
      // The first turn only warms up.
      if (turn >= 0) times[index]?.push(performance.now() - begun);
      if (typeof tidy === 'function') await tidy();
    }
  }
  return times.map(median);
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

/** `123 ms`. */
export function ms(value: number | undefined): string {
  return `${(value ?? Number.NaN).toFixed(0)} ms`;
}

export interface Registry {
  host: string;
  /** Processor time that it took so far. Milliseconds. */
  cpuMs(): number;
  stop(): void;
}

/** Debian's docker-registry over a folder, set as Debian sets it, without a line of log for each request. */
export async function startRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'registry.json');
  const filesystem = { rootdirectory: join(folder, 'storage') };
  const storage = { cache: { blobdescriptor: 'inmemory' }, filesystem, delete: { enabled: true } };
  const log = { accesslog: { disabled: true } };
  await writeFile(config, JSON.stringify({ version: 0.1, log, storage, http: { addr: '127.0.0.1:0' } }));
  return serve('docker-registry', ['serve', config], join(folder, 'log'), /listening on .*?:(\d+)"/);
}

/** go-containerregistry's registry, in memory. */
export async function startCraneRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true });
  const args = ['registry', 'serve', '--address', '127.0.0.1:0'];
  return serve('crane', args, join(folder, 'log'), /serving on port (\d+)/);
}

/** Its lines go to a file: a pipe would have to be read meanwhile, by a processor that is measured. */
async function serve(program: string, args: string[], log: string, port: RegExp): Promise<Registry> {
  const lines = openSync(log, 'w');
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', lines] });
  closeSync(lines);
  await once(child, 'spawn');
  const stop = () => void child.kill();
  try {
    return { host: `127.0.0.1:${await portIn(log, port)}`, cpuMs: () => cpuMs(child.pid), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Waits until the registry says where it listens. */
async function portIn(log: string, expression: RegExp): Promise<string> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const port = expression.exec(await readFile(log, 'utf8'))?.[1];
    if (port) return port;
    await setTimeout(20);
  }
  throw new Error(`no registry listens after 10 s:\n${await readFile(log, 'utf8')}`);
}

/** User and system time of a process, in steps of 10 ms (proc(5), `stat`; Linux counts 100 ticks a second). */
function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
