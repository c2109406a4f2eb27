import { execFile } from 'node:child_process';
import { GitopsError } from '../error.ts';
import { unpackTool } from '../programs/bundled-tool.ts';
import type { Kubectl } from './kubectl.ts';

/** The maximum output, in bytes. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/**
 * Runs the kubectl on PATH, else the one from the lockfile (Linux on x64).
 *
 * @throws {GitopsError} `usage` if neither exists
 */
export const runKubectl: Kubectl = async (args, signal) => {
  const answer = (await run('kubectl', args, signal)) ?? (await runPinned(args, signal));
  if (answer !== undefined) return answer;
  throw new GitopsError(
    'usage',
    'kubectl is not on PATH. Install it, or set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN.',
    { value: 'kubectl' },
  );
};

async function runPinned(args: readonly string[], signal?: AbortSignal): Promise<Answer | undefined> {
  const pinned = await unpackTool('kubectl');
  return pinned === undefined ? undefined : run(pinned, args, signal);
}

type Answer = Awaited<ReturnType<Kubectl>>;

/** @returns undefined if the program does not exist */
function run(program: string, args: readonly string[], signal?: AbortSignal): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const options = { maxBuffer: MAX_OUTPUT, ...(signal && { signal, killSignal: 'SIGKILL' as const }) };
    execFile(program, args, options, (error, stdout, stderr) => {
      const failure = error as (NodeJS.ErrnoException & { code?: number | string }) | null;
      if (failure?.code === 'ENOENT') return resolve(undefined);
      resolve({
        code: failure ? Number(failure.code) || 1 : 0,
        stdout,
        stderr: stderr || (failure?.message ?? ''),
      });
    });
  });
}
