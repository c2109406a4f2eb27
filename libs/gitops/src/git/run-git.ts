import { spawn } from 'node:child_process';
import { GitopsError } from '../error.ts';
import { redact } from '../text/redact.ts';

/** How one git command is run. */
export interface GitOptions {
  /** The folder git runs in. */
  cwd: string;
  /** Variables on top of the sanitised environment, for example `GIT_DIR`. */
  env?: Record<string, string>;
  /** Bytes for standard input. */
  input?: string | Uint8Array;
  /** Ends the command: git is asked to end its helpers and itself, and killed when it does not. */
  signal?: AbortSignal;
  /**
   * Whether it runs in a process group of its own, and so outlives a `kill -9` of ours. Git that is killed while it moves
   * a branch leaves a lock that nobody ever takes away.
   */
  apart?: boolean;
}

/** What a git command answered. */
export interface GitResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** The first arguments of every git. */
export const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null'];

/** Milliseconds that an ended git has to end its helpers. */
const GRACE = 2_000;

/**
 * Variables that could redirect git to another repository, run a program of somebody's choice, change what it
 * prints or print what is secret. A caller that means one of them names it in `env`.
 */
const DROPPED =
  /^GIT_(?!SSH|ASKPASS|AUTHOR_|COMMITTER_|CONFIG_(COUNT|KEY_|VALUE_|GLOBAL|SYSTEM|NOSYSTEM)|SSL|HTTP)/;

/** The environment of every git: what is inherited and harmless, and what the caller names. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !DROPPED.test(name));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...extra };
}

/**
 * Runs git with an argument array, never through a shell and without hooks, and answers whatever it exits with.
 *
 * @throws {GitopsError} `usage` when there is no git, `timeout` when `signal` ended it
 */
export function tryGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(ended(args));
    const child = spawn('git', [...NO_HOOKS, ...args], {
      cwd: options.cwd,
      env: gitEnvironment(options.env),
      detached: options.apart === true,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const end = (): void => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), GRACE).unref();
      reject(ended(args));
    };
    signal?.addEventListener('abort', end, { once: true });
    child.on('error', (cause) => reject(explainSpawn(cause, args)));
    child.on('close', (code) => {
      signal?.removeEventListener('abort', end);
      const text = redact(Buffer.concat(stderr).toString('utf8').trim());
      resolve({ code: code ?? 1, stdout: Buffer.concat(stdout), stderr: text });
    });
    child.stdin.on('error', () => {}); // git may exit before it has read everything; its exit code tells
    child.stdin.end(options.input);
  });
}

/**
 * As {@link tryGit}, but a non-zero exit is an error.
 *
 * @throws {GitopsError} `git` with git's own words
 */
export async function git(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const result = await tryGit(args, options);
  if (result.code !== 0) {
    throw new GitopsError('git', `git ${args[0]} failed in ${options.cwd}: ${result.stderr}`, {
      value: args,
    });
  }
  return result.stdout;
}

/** As {@link git}, for commands that answer one line. */
export async function gitLine(args: readonly string[], options: GitOptions): Promise<string> {
  return (await git(args, options)).toString('utf8').trimEnd();
}

function ended(args: readonly string[]): GitopsError {
  return new GitopsError('timeout', `git ${args[0]} was ended: the deadline has passed`);
}

/** The error for a git that could not be started. */
export function explainSpawn(cause: Error, args: readonly string[]): GitopsError {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    return new GitopsError('usage', 'there is no git on PATH, or the folder does not exist. Install git.', {
      cause,
    });
  }
  return new GitopsError('git', `git ${args[0]} could not be started: ${cause.message}`, { cause });
}
