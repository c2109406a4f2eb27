import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  listRuns,
  pruneRuns,
  readRunResults,
  type RunResult,
  writeRunResult,
} from '../../src/bump/run-result.ts';
import { scratch } from '../support/workspace.ts';

const result = (app: string): RunResult => ({
  app,
  environment: 'local',
  head: '1'.repeat(40),
  image: { repository: `r/${app}`, tag: 'sha-0', digest: `sha256:${'0'.repeat(64)}` },
  registries: [{ repository: `r/${app}`, uploadedBlobs: 0, uploadedBytes: 0 }],
});

describe('run results', () => {
  it('read back sorted by app, with no unfinished file left', async () => {
    const root = scratch();
    await writeRunResult(root, 'run-1', result('web'));
    await writeRunResult(root, 'run-1', result('api'));
    expect(await readRunResults(root, 'run-1')).toEqual([result('api'), result('web')]);
    expect(readdirSync(join(root, '.slipway/runs/run-1'))).toEqual(['api.json', 'web.json']);
  });

  it('of a run that published nothing are empty', async () => {
    expect(await readRunResults(scratch(), 'run-1')).toEqual([]);
  });

  it.each(['../outside', '', '-rf', 'a/b', 'a\nb'])('refuse %j as the name of a run', async (name) => {
    await expect(readRunResults(scratch(), name)).rejects.toMatchObject({ code: 'usage' });
  });

  it('that somebody broke are refused with the file and the path', async () => {
    const root = scratch();
    mkdirSync(join(root, '.slipway/runs/r'), { recursive: true });
    writeFileSync(join(root, '.slipway/runs/r/api.json'), '{"app":"api"}');
    await expect(readRunResults(root, 'r')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('.slipway/runs/r/api.json') as string,
    });
  });

  it('keep the newest runs only', async () => {
    const root = scratch();
    for (let at = 0; at < 25; at += 1) await writeRunResult(root, `run-${at}`, result('api'));
    await pruneRuns(root);
    expect(await listRuns(root)).toHaveLength(20);
  });
});
