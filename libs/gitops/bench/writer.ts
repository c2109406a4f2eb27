/**
 * One writer: sets its own key in a file that all writers share, again and again, and prints how each time ended.
 * `node bench/writer.ts '{"policy":"slipway", …}'`
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bumpFiles, setValue } from '../src/index.ts';

/**
 * - `slipway`: this library
 * - `patient`: clones, edits, commits, pushes; after a lost race it clones again, until the deadline; a value that it
 *   finds in the clone has landed
 * - `five-tries`: the same, but gives up after 5 tries with waits of 250 ms to 2 s and full jitter: the policy that
 *   argo-watcher publishes for itself (its pull request 466)
 */
export type Policy = 'slipway' | 'patient' | 'five-tries';

/** The work of one writer. */
export interface WriterTask {
  policy: Policy;
  repository: string;
  file: string;
  key: string;
  bumps: number;
}

/** The result of one bump. */
export interface Ending {
  value: string;
  landed: boolean;
  milliseconds: number;
  /** The number of retries. */
  retries: number;
  reason?: string;
}

const DEADLINE = 120_000;
const run = promisify(execFile);

async function work({ policy, repository, file, key, bumps }: WriterTask): Promise<Ending[]> {
  const endings: Ending[] = [];
  for (let at = 1; at <= bumps; at += 1) {
    const value = `${key}-${at}`;
    const started = performance.now();
    const end = (landed: boolean, retries: number, reason?: string): number =>
      endings.push({
        value,
        landed,
        retries,
        milliseconds: performance.now() - started,
        ...(reason && { reason }),
      });
    try {
      const edit = { file, path: `${key}.tag`, value };
      if (policy === 'slipway') {
        const { commit, retries } = await bumpFiles({ repository, edits: [edit], deadlineMs: DEADLINE });
        end(commit !== undefined, retries);
      } else {
        end(true, await byClones(repository, edit, policy === 'five-tries' ? 5 : Infinity));
      }
    } catch (error) {
      end(false, 0, String(error).slice(0, 300));
    }
  }
  return endings;
}

/** @returns tries after the first */
async function byClones(
  repository: string,
  edit: { file: string; path: string; value: string },
  tries: number,
): Promise<number> {
  const deadline = Date.now() + DEADLINE;
  for (let at = 0; ; at += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
    try {
      const git = (...args: string[]) => run('git', ['-C', folder, ...args]);
      await run('git', ['clone', '--quiet', '--depth=1', repository, folder]);
      const place = join(folder, edit.file);
      await writeFile(place, setValue(await readFile(place), edit.path, edit.value));
      const { stdout: changes } = await git('status', '--porcelain');
      if (changes === '' && tries === Infinity) return at; // only its answer was lost
      const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
      await git(...who, 'commit', '--quiet', '--all', `--message=${edit.value}`);
      await git('push', '--quiet', 'origin', 'HEAD:main');
      return at;
    } catch (error) {
      if (at + 1 >= tries || Date.now() > deadline) throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await sleep(Math.random() * Math.min(2_000, 250 * 2 ** at));
  }
}

process.stdout.write(JSON.stringify(await work(JSON.parse(process.argv[2] as string) as WriterTask)));
