import { describe, expect, it } from 'vitest';
import { readApplied, recordApplied } from '../src/index.ts';
import { place, tipOf, trailersOf } from './ledger-of.ts';
import { Workspace } from './workspace.ts';

const GRAPHS = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`] as const;

async function applied(workspace: Workspace, commit: string, graph: string) {
  return recordApplied(...(await place(workspace)), { stack: 'cluster', commit, graph });
}

describe('what was applied of a stack', () => {
  it('is recorded with its commit and its graph, once', async () => {
    const workspace = new Workspace();
    const commit = workspace.git('rev-parse', 'HEAD');
    expect(await readApplied(...(await place(workspace)))).toEqual(new Map());
    expect(await applied(workspace, commit, GRAPHS[0])).toBe(tipOf(workspace));
    expect(await readApplied(...(await place(workspace)))).toEqual(
      new Map([['cluster', { source: commit, graph: GRAPHS[0] }]]),
    );
    expect(trailersOf(workspace)).toEqual([
      'Slipway-Environment: development',
      'Slipway-Stack: cluster',
      `Slipway-Source: ${commit}`,
    ]);
    const tip = tipOf(workspace);
    expect(await applied(workspace, commit, GRAPHS[0])).toBeUndefined();
    expect(tipOf(workspace)).toBe(tip);
  });

  it('stays what it was when an update fails, and is pending until one succeeds', async () => {
    const workspace = new Workspace();
    const first = workspace.git('rev-parse', 'HEAD');
    await applied(workspace, first, GRAPHS[0]);
    const second = workspace.edit('api', 'api 2');
    await applied(workspace, second, 'failed');
    const read = async () => (await readApplied(...(await place(workspace)))).get('cluster');
    expect(await read()).toEqual({ source: first, graph: GRAPHS[0], pending: second });
    await applied(workspace, second, GRAPHS[1]);
    expect(await read()).toEqual({ source: second, graph: GRAPHS[1] });
  });

  it('is never overwritten by an older commit', async () => {
    const workspace = new Workspace();
    const older = workspace.git('rev-parse', 'HEAD');
    const newer = workspace.edit('api', 'api 2');
    await applied(workspace, newer, GRAPHS[1]);
    await expect(applied(workspace, older, GRAPHS[0])).rejects.toMatchObject({
      code: 'refused',
      value: older,
    });
  });

  it('leaves the releases of apps alone, and they leave it', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api']);
    const release = workspace.ledger('apps/api/release.yaml');
    await applied(workspace, workspace.git('rev-parse', 'HEAD'), GRAPHS[0]);
    expect(workspace.ledger('apps/api/release.yaml')).toBe(release);
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    expect((await readApplied(...(await place(workspace)))).get('cluster')?.graph).toBe(GRAPHS[0]);
  });
});
