import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FILE, makeRepository } from '../../bench/contention.ts';
import { bumpFiles } from '../../src/index.ts';
import { generator } from '../support/random.ts';
import { scratch } from '../support/workspace.ts';

const KILLS = process.env['SLIPWAY_DEEP'] ? 500 : 5;
const SEED = Number(process.env['SLIPWAY_SEED'] ?? 20_261_124);
const WRITER = join(import.meta.dirname, '../../bench/endless-writer.ts');

/** Lets a writer write, kills it and all that it started at some moment, and answers what it had acknowledged. */
async function killed(
  repository: string,
  name: string,
  milliseconds: number,
): Promise<{ pid: number; acknowledged: string[] }> {
  const child = spawn(process.execPath, [WRITER, repository, name], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  await once(child.stdout, 'data'); // it is ready
  await sleep(milliseconds);
  const pid = child.pid as number;
  process.kill(-pid, 'SIGKILL');
  await once(child, 'close');
  const lines = said.split('\n').slice(0, -1);
  return { pid, acknowledged: lines.filter((line) => line !== 'ready') };
}

describe('a writer that is killed', () => {
  it(
    `at ${KILLS} random moments loses no acknowledged bump, leaves no half commit and blocks no writer (seed ${SEED})`,
    { timeout: 120_000 + KILLS * 20_000 },
    async () => {
      const repository = makeRepository(scratch(), 1);
      const git = (...args: string[]) =>
        execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
      const below = generator(SEED);
      const acknowledged: string[] = [];
      const pids: number[] = [];
      let later = 0;
      for (let at = 0; at < KILLS; at += 1) {
        // From just begun to a few bumps in; a slow machine only gets fewer of them done.
        const end = await killed(repository, `k${at}`, below(400));
        acknowledged.push(...end.acknowledged);
        pids.push(end.pid);
        if (KILLS > 50 && at % 10 !== 0) continue;
        await bumpFiles({ repository, edits: [{ file: FILE, path: 'w0.tag', value: `later-${at}` }] });
        later += 1;
      }
      const history = git('log', '-p', '--unified=0', '--format=%H', 'main');
      const landed = [...history.matchAll(/^\+w0: \{ tag: (\S+) \}/gm)].map((match) => match[1] as string);
      const lost = acknowledged.filter((value) => !landed.includes(value));
      const left = readdirSync(tmpdir()).filter((name) =>
        pids.some((pid) => name.startsWith(`slipway-ledger-${pid}-`)),
      );
      console.log(
        `${KILLS} kills: ${acknowledged.length} bumps acknowledged, ${lost.length} lost; ${later} bumps later, none blocked; seed ${SEED}`,
      );
      expect(lost).toEqual([]);
      expect(new Set(landed).size).toBe(landed.length);
      expect(landed.filter((value) => value.startsWith('later-'))).toHaveLength(later);
      expect(git('fsck', '--full', '--strict')).not.toMatch(/error|missing|broken/);
      expect(left).toEqual([]); // the bump after the last kill swept up
    },
  );
});
