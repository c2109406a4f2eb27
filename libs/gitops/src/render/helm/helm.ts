import { execFile } from 'node:child_process';

/** The result of one Helm command. */
interface HelmOutcome {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a Helm command. No command used here needs a cluster or a network. */
export type Helm = (args: readonly string[]) => Promise<HelmOutcome>;

/** The maximum output, in bytes; enough for thousands of renderings. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Helm at a path. It reads no configuration of the user, so results are the same for all users. */
export function helmAt(path: string): Helm {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
  return (args) =>
    new Promise((resolve) => {
      execFile(path, args, { env, maxBuffer: MAX_OUTPUT }, (error, stdout, stderr) =>
        resolve({ ok: error === null, stdout, stderr: stderr || (error?.message ?? '') }),
      );
    });
}
