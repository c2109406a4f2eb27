import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A running service process. */
export interface Service {
  /** Its base URL. */
  readonly url: string;
  /** Its output so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
}

export interface ServiceOptions {
  /** Arguments of Node: flags and the file to run. */
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd?: string;
}

/** Starts the service on a free loopback port and waits until it listens. It is killed after the test. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const run = runService(options);
  return { ...run, url: await listeningUrl(run) };
}

/** Starts the service without waiting. Its environment contains only the given settings. */
export function runService({ args, env, cwd }: ServiceOptions): Omit<Service, 'url'> {
  const child = spawn(process.execPath, args, {
    env: { HOST: '127.0.0.1', PORT: '0', MAX_EVENT_LOOP_DELAY_MS: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  onTestFinished(() => void child.kill('SIGKILL'));

  return {
    output: () => output,
    kill: (signal) => void child.kill(signal),
    exit: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals),
  };
}

async function listeningUrl({ output, exit }: Omit<Service, 'url'>): Promise<string> {
  let ended = false;
  void exit.then(() => (ended = true));
  for (;;) {
    const url = /listening at (http:[^"]+)/.exec(output())?.[1];
    if (url !== undefined) return url;
    if (ended) throw new Error(`the service ended before it listened: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
