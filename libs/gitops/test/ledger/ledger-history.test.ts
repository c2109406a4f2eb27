import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { history, hold, removeRelease, rollback, unhold } from '../../src/index.ts';
import { onOrigin, inEnvironment, releaseOf, tipOf } from '../support/ledger-of.ts';
import { digestOf, scratch, Workspace } from '../support/workspace.ts';

const summary = async (workspace: Workspace, app = 'api') => {
  const entries = await history(...(await inEnvironment(workspace)), app);
  return entries.map(({ action, changed }) => [action, ...changed].join(' '));
};

describe('the history of an app', () => {
  it('lists each change, its author and its differences, newest first', async () => {
    const workspace = new Workspace();
    const commits: string[] = [];
    const step = async (work: Promise<unknown>) => {
      await work;
      commits.unshift(tipOf(workspace));
    };
    await step(workspace.deploy('development', ['api', 'web'], { runUrl: 'https://ci.example/1' }));
    workspace.edit('api', 'api 2');
    await step(workspace.deploy('development', ['api']));
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 2\n');
    workspace.commit('scale');
    await step(workspace.deploy('development', ['api']));
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 3\n');
    workspace.edit('api', 'api 3');
    await step(workspace.deploy('development', ['api']));
    const newest = releaseOf(workspace, 'api');
    await step(rollback(...(await inEnvironment(workspace)), 'api', { by: 'bob', reason: 'slow' }));
    await step(hold(...(await inEnvironment(workspace)), 'api', { by: 'eve', reason: 'still slow' }));
    await step(unhold(...(await inEnvironment(workspace)), 'api', { by: 'bob' }));
    workspace.git('rm', '-r', '--quiet', 'apps/api');
    workspace.commit('drop api');
    await step(removeRelease(...(await inEnvironment(workspace)), 'api', { by: 'eve' }));

    const entries = await history(...(await inEnvironment(workspace)), 'api');
    expect(entries.map(({ action, by, changed }) => [action, by, ...changed].join(' '))).toEqual([
      'remove eve',
      'unhold bob',
      'hold eve',
      'rollback bob image configuration',
      'release Ada image configuration',
      'release Ada configuration',
      'release Ada image',
      'release Ada image configuration',
    ]);
    expect(entries.map(({ commit }) => commit)).toEqual(commits);
    expect(entries[0]).not.toHaveProperty('release');
    expect(entries[2]).toMatchObject({ reason: 'still slow', release: { hold: { by: 'eve' } } });
    expect(entries[4]?.release).toEqual(newest);
    expect(entries[7]).toMatchObject({ run: 'https://ci.example/1' });
    const dates = commits.map((commit) => onOrigin(workspace, 'show', '-s', '--format=%cI', commit));
    expect(entries.map(({ at }) => at)).toEqual(dates);
  });

  it('ends at the limit, and the last entry still has its differences', async () => {
    const workspace = new Workspace();
    for (const code of ['api 1', 'api 2', 'api 3']) {
      workspace.edit('api', code);
      await workspace.deploy('development', ['api']);
    }
    const entries = await history(...(await inEnvironment(workspace)), 'api', { limit: 2 });
    expect(entries.map(({ changed }) => changed)).toEqual([['image'], ['image']]);
  });

  it('omits other apps', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.edit('web', 'web 2');
    await workspace.deploy('development', ['web']);
    expect(await summary(workspace)).toEqual(['release image configuration']);
    expect(await summary(workspace, 'web')).toEqual(['release image', 'release image configuration']);
  });

  it('calls a change by hand an edit, and a record that cannot be read hides no other', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const clone = join(scratch(), 'ledger');
    execFileSync('git', ['clone', '--quiet', '--branch', 'env/development', workspace.origin, clone]);
    writeFileSync(join(clone, 'apps/api/release.yaml'), 'image: latest\n');
    const identity = ['-c', 'user.name=Eve', '-c', 'user.email=eve@example.com'];
    execFileSync('git', ['-C', clone, ...identity, 'commit', '--quiet', '--all', '--message', 'oops']);
    execFileSync('git', ['-C', clone, 'push', '--quiet']);
    const [broken, first] = await history(...(await inEnvironment(workspace)), 'api');
    expect(broken).toMatchObject({ action: 'edit', by: 'Eve', changed: [] });
    expect(broken?.problem).toMatch(/apps\/api\/release\.yaml is not valid:[^]*image: must be object/);
    expect(first).toMatchObject({
      action: 'release',
      release: { image: { repository: expect.any(String) as string } },
    });
  });

  it('reads a ledger that is a folder of main', async () => {
    const workspace = new Workspace();
    workspace.write(
      'deploy/environments/development/environment.yaml',
      'deploy: auto\nbase: pinned\nregistries: [registry.example/team]\nledger: { branch: main, folder: releases/development }\n',
    );
    workspace.commit('folder');
    await workspace.deploy('development', ['api', 'web']);
    await hold(...(await inEnvironment(workspace)), 'api', { by: 'ada', reason: 'x' });
    expect(await summary(workspace)).toEqual(['hold', 'release image configuration']);
  });

  it('of an app that was never released is refused by name', async () => {
    const workspace = new Workspace();
    await expect(history(...(await inEnvironment(workspace)), 'api')).rejects.toMatchObject({
      code: 'usage',
      message: 'development has no release of "api". Released there: none.',
    });
  });

  it.each([[0], [-1], [1.5], [NaN]])('with the limit %d is refused', async (limit) => {
    const workspace = new Workspace();
    await expect(history(...(await inEnvironment(workspace)), 'api', { limit })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});

describe('the history of a stack', () => {
  it('lists each apply, an unfinished update, and the removal', async () => {
    const workspace = new Workspace();
    const apply = (graph: string | undefined) =>
      workspace.deploy('development', [], {
        intents: graph === undefined ? [] : [{ app: 'development-cluster', graph: digestOf(graph) }],
        failed: graph === undefined ? [{ app: 'development-cluster', reason: 'no room', begun: true }] : [],
        runUrl: 'https://ci.example/1',
      });
    const heads = [workspace.editStack('cluster', 'cluster 1')];
    await apply('graph 1');
    heads.push(workspace.edit('api', 'api 2'));
    await apply('graph 1');
    heads.push(workspace.editStack('cluster', 'cluster 2'));
    await apply(undefined);
    await apply('graph 2');
    workspace.git('rm', '-r', '--quiet', 'infra/development/cluster');
    workspace.commit('drop cluster');
    await removeRelease(...(await inEnvironment(workspace)), 'development-cluster');

    const entries = await history(...(await inEnvironment(workspace)), 'development-cluster');
    expect(
      entries.map(({ action, changed, release, pending }) => [
        [action, ...changed].join(' '),
        release?.release.config,
        pending,
      ]),
    ).toEqual([
      ['remove', undefined, undefined],
      ['apply graph', heads[2], undefined],
      ['pending', heads[1], heads[2]],
      ['apply', heads[1], undefined],
      ['apply graph', heads[0], undefined],
    ]);
    expect(entries[1]).toMatchObject({
      run: 'https://ci.example/1',
      release: { graph: digestOf('graph 2') },
    });
    expect(await history(...(await inEnvironment(workspace)), 'cluster')).toEqual(entries);
    const unknown = history(...(await inEnvironment(workspace)), 'no-such-stack');
    await expect(unknown).rejects.toMatchObject({ code: 'usage', value: 'no-such-stack' });
  });
});
