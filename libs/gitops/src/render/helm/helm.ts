import { execFile } from 'node:child_process';

/** What became of one Helm command. */
interface HelmOutcome {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Helm that can be asked. Nothing it is asked here needs a cluster or a network. */
export type Helm = (args: readonly string[]) => Promise<HelmOutcome>;

/** All values of a run of thousands of renderings, in bytes. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Helm at a path. It gets no configuration of the person who runs the checks, so that everybody sees the same. */
export function helmAt(path: string): Helm {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
  return (args) =>
    new Promise((resolve) => {
      execFile(path, args, { env, maxBuffer: MAX_OUTPUT }, (error, stdout, stderr) =>
        resolve({ ok: error === null, stdout, stderr: stderr || (error?.message ?? '') }),
      );
    });
}
