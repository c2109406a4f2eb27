import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
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

/** Runs a program and returns its output. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    maxBuffer: 64 << 20,
    ...(cwd ? { cwd } : {}),
  });
  return stdout;
}

/** Work that is measured. If it returns a function, that is called to clean up and not measured. */
export type Work = (turn: number) => Promise<unknown>;

/** The median times in milliseconds. The works take turns, so a load peak affects all of them. */
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

/** The middle value. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

/** `123 ms`. */
export function ms(value: number | undefined): string {
  return `${(value ?? Number.NaN).toFixed(0)} ms`;
}

export interface Registry {
  host: string;
  /** Processor time so far, in milliseconds. */
  cpuMs(): number;
  stop(): void;
}

/** Debian's docker-registry with Debian's settings, but no access log, which takes a tenth of its time. */
export async function startRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true });
  const [config, addr] = [join(folder, 'registry.json'), `127.0.0.1:${await freePort()}`];
  const filesystem = { rootdirectory: join(folder, 'storage') };
  const storage = { cache: { blobdescriptor: 'inmemory' }, filesystem, delete: { enabled: true } };
  const log = { level: 'error', accesslog: { disabled: true } };
  await writeFile(config, JSON.stringify({ version: 0.1, log, storage, http: { addr } }));
  return serve('docker-registry', ['serve', config], join(folder, 'log'), async () => {
    const answer = await fetch(`http://${addr}/v2/`).catch(() => undefined);
    return answer?.ok ? addr : undefined;
  });
}

/** go-containerregistry's registry, in memory. */
export async function startCraneRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true });
  const [args, log] = [['registry', 'serve', '--address', '127.0.0.1:0'], join(folder, 'log')];
  return serve('crane', args, log, async () => {
    const port = /serving on port (\d+)/.exec(await readFile(log, 'utf8'))?.[1];
    return port && `127.0.0.1:${port}`;
  });
}

/**
 * Starts a server. It logs to a file, because reading a pipe would use a processor that is measured.
 * @param host returns the address when the server listens
 */
async function serve(
  program: string,
  args: string[],
  log: string,
  host: () => Promise<string | undefined>,
): Promise<Registry> {
  const lines = openSync(log, 'w');
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', lines] });
  closeSync(lines);
  await once(child, 'spawn');
  const stop = () => void child.kill();
  try {
    return { host: await started(host, log), cpuMs: () => cpuMs(child.pid), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function started(host: () => Promise<string | undefined>, log: string): Promise<string> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const found = await host();
    if (found) return found;
    await setTimeout(20);
  }
  throw new Error(`no registry is listening after 10 s:\n${await readFile(log, 'utf8')}`);
}

/** User and system time of a process, in steps of 10 ms (proc(5), `stat`; Linux has 100 ticks per second). */
function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
