import { spawn } from 'node:child_process';
import { GitopsError } from '../error.ts';
import { redact } from '../text/redact.ts';

/** How one git command is run. */
export interface GitOptions {
  /** The folder that git runs in. */
  cwd: string;
  /** Variables to add to the sanitised environment, for example `GIT_DIR`. */
  env?: Record<string, string>;
  /** Bytes for standard input. */
  input?: string | Uint8Array;
  /** Ends the command with SIGTERM, so that git ends its helpers; with SIGKILL after 2 s. */
  signal?: AbortSignal;
  /**
   * Whether git runs in a separate process group, and so survives a `kill -9` of this one. A git that is
   * killed while it updates a branch leaves a lock that is never removed.
   */
  detached?: boolean;
}

/** The result of a git command. */
export interface GitResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Arguments before every subcommand. */
export const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null'];

/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE = 2_000;

/**
 * Variables that could redirect git to another repository, run another program, change git's output or print
 * secrets. A caller that needs one sets it in `env`.
 */
const DROPPED =
  /^GIT_(?!SSH|ASKPASS|AUTHOR_|COMMITTER_|CONFIG_(COUNT|KEY_|VALUE_|GLOBAL|SYSTEM|NOSYSTEM)|SSL|HTTP)/;

/** The environment of every git: the harmless variables of this process and those of the caller. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !DROPPED.test(name));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...extra };
}

/**
 * Runs git with an argument array, without a shell and without hooks. Any exit code is a result.
 *
 * @throws {GitopsError} `usage` if git is not installed, `timeout` if `signal` ended it
 */
export function tryGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(ended(args));
    const child = spawn('git', [...NO_HOOKS, ...args], {
      cwd: options.cwd,
      env: gitEnvironment(options.env),
      detached: options.detached === true,
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
    child.stdin.on('error', () => {}); // git may exit before it has read all input: the exit code counts
    child.stdin.end(options.input);
  });
}

/**
 * As {@link tryGit}, but a non-zero exit code is an error.
 *
 * @throws {GitopsError} `git` with git's own message
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

/** As {@link git}, for commands that print one line. */
export async function gitLine(args: readonly string[], options: GitOptions): Promise<string> {
  return (await git(args, options)).toString('utf8').trimEnd();
}

function ended(args: readonly string[]): GitopsError {
  return new GitopsError('timeout', `git ${args[0]} was stopped because the deadline has passed`);
}

/** The error for a git that could not be started. */
export function explainSpawn(cause: Error, args: readonly string[]): GitopsError {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    return new GitopsError('usage', 'git is not on PATH, or the folder does not exist. Install git.', {
      cause,
    });
  }
  return new GitopsError('git', `git ${args[0]} could not be started: ${cause.message}`, { cause });
}
