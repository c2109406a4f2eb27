import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  dueProjects,
  readEnvironment,
  readEnvironmentState,
  removeRelease,
  Checkout,
} from '../../src/index.ts';
import { dueIn, holdByHand, releaseOf, stateOf } from '../support/ledger-of.ts';
import { digestOf, intent, scratch, words, Workspace } from '../support/workspace.ts';

describe('the first run', () => {
  it('makes the ledger branch, with one commit for all apps', async () => {
    const workspace = new Workspace();
    const head = workspace.git('rev-parse', 'HEAD');
    const result = await workspace.deploy('development', ['api', 'web']);
    expect(words(result)).toEqual({ api: 'landed', web: 'landed' });
    expect(workspace.ledgerCommits()).toBe(1);
    expect(stateOf(workspace)).toEqual({ through: head, pending: [] });
    expect(releaseOf(workspace, 'api')).toEqual({
      image: {
        repository: 'registry.example/team/api',
        tag: `sha-${digestOf('api 1').slice(7, 19)}`,
        digest: digestOf('api 1'),
      },
      release: { source: head, config: head, chart: 'deploy/charts/service' },
    });
  });

  it('writes trailers with app, environment, digests, commits and the address of the run', async () => {
    const workspace = new Workspace();
    const head = workspace.git('rev-parse', 'HEAD');
    await workspace.deploy('development', ['api'], { runUrl: 'https://ci.example/1' });
    const message = execFileSync(
      'git',
      ['-C', workspace.origin, 'log', '-1', '--format=%(trailers)', 'env/development'],
      {
        encoding: 'utf8',
      },
    );
    expect(message.trim().split('\n')).toEqual([
      'Slipway-Environment: development',
      'Slipway-App: api',
      `Slipway-Digest: none -> ${digestOf('api 1')}`,
      `Slipway-Source: ${head}`,
      `Slipway-Config: ${head}`,
      'Slipway-Run: https://ci.example/1',
    ]);
  });

  it('keeps projects pending that were not selected', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api']);
    expect(stateOf(workspace).pending).toEqual(['web']);
    expect(await dueIn(workspace)).toEqual(['web']);
  });
});

describe('a second run', () => {
  it('at the same commit is unchanged and makes no commit', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const result = await workspace.deploy('development', ['api', 'web']);
    expect(words(result)).toEqual({ api: 'unchanged', web: 'unchanged' });
    expect(result.commit).toBeUndefined();
    expect(workspace.ledgerCommits()).toBe(1);
  });

  it('after a commit that touches neither chart nor values nor code is unchanged', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.write('apps/api/README.md', 'hello');
    workspace.commit('docs');
    expect(await dueIn(workspace)).toEqual(['api']);
    const result = await workspace.deploy('development', ['api']);
    expect(words(result)).toEqual({ api: 'unchanged' });
    expect(workspace.ledgerCommits()).toBe(1);
  });

  it('after a change of values is a new release of the same image', async () => {
    const workspace = new Workspace();
    const first = workspace.git('rev-parse', 'HEAD');
    await workspace.deploy('development', ['api', 'web']);
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 2\n');
    const second = workspace.commit('scale');
    const result = await workspace.deploy('development', ['api']);
    expect(words(result)).toEqual({ api: 'landed' });
    expect(releaseOf(workspace, 'api')).toMatchObject({
      image: { digest: digestOf('api 1') },
      release: { source: first, config: second },
    });
  });

  it('after a change of the chart is a new release of every app', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.write('deploy/charts/service/Chart.yaml', 'name: service\nversion: 2\n');
    workspace.commit('chart');
    const result = await workspace.deploy('development', await dueIn(workspace));
    expect(words(result)).toEqual({ api: 'landed', web: 'landed' });
    expect(workspace.ledgerCommits()).toBe(2);
  });
});

describe('the due projects', () => {
  it('still holds a failed app after an unrelated commit', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.write('apps/api/src/main.ts', 'api 2');
    workspace.edit('web', 'web 2');
    const failed = [{ app: 'api', reason: 'its test failed' }];
    const result = await workspace.deploy('development', ['web'], { failed });
    expect(words(result)).toEqual({ api: 'failed', web: 'landed' });
    workspace.write('README.md', 'unrelated');
    workspace.commit('unrelated');
    expect(await dueIn(workspace)).toEqual(['api']);
  });

  it('are all, before the first release', async () => {
    const workspace = new Workspace();
    expect(await dueIn(workspace)).toEqual(['api', 'web']);
  });

  it('is everything after main was rewritten, and the new line replaces the old one', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    workspace.git('reset', '--quiet', '--hard', 'HEAD~1');
    workspace.edit('api', 'api 3');
    expect(await dueIn(workspace)).toEqual(['api', 'web']);
    expect(words(await workspace.deploy('development', ['api', 'web']))).toEqual({
      api: 'landed',
      web: 'unchanged',
    });
  });

  it('are all after main was replaced by a new history, and old releases never block', async () => {
    const workspace = new Workspace();
    workspace.edit('web', 'web 2');
    await workspace.deploy('development', ['api', 'web']);
    workspace.git('checkout', '--quiet', '--orphan', 'new-history');
    workspace.git('branch', '--quiet', '--delete', '--force', 'main');
    workspace.git('checkout', '--quiet', '-b', 'main');
    const head = workspace.edit('api', 'api 2');
    expect(workspace.git('rev-list', '--count', 'HEAD')).toBe('1');
    expect(await dueIn(workspace)).toEqual(['api', 'web']);
    expect(words(await workspace.deploy('development', ['api', 'web']))).toEqual({
      api: 'landed',
      web: 'unchanged',
    });
    expect(stateOf(workspace)).toEqual({ through: head, pending: [] });
    expect(await dueIn(workspace)).toEqual([]);
  });

  it("are all if the clone does not have the ledger's `through`", async () => {
    const workspace = new Workspace();
    const first = workspace.git('rev-parse', 'HEAD');
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api', 'web']);
    workspace.git('push', '--quiet', '--force', 'origin', `${first}:main`);
    const clone = join(scratch(), 'clone');
    execFileSync('git', [
      'clone',
      '--quiet',
      '--single-branch',
      '--branch',
      'main',
      `file://${workspace.origin}`,
      clone,
    ]);
    const environment = await readEnvironment(clone, 'development');
    const current = await readEnvironmentState(await Checkout.open(clone), environment, workspace.changed);
    expect(await dueProjects(current)).toEqual(['api', 'web']);
    const result = await workspace.deploy('development', [], {
      root: clone,
      intents: [intent('api', 'api 1')],
    });
    expect(words(result)).toEqual({ api: 'landed' });
  });

  it('keeps a failed app through a revert that hides its change', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    workspace.edit('api', 'api 3');
    workspace.edit('web', 'web 2');
    await workspace.deploy('development', ['web'], { failed: [{ app: 'api', reason: 'red' }] });
    workspace.edit('api', 'api 2');
    expect(await dueIn(workspace)).toEqual(['api']);
  });
});

describe('order', () => {
  it('lets the newer of two racing runs win, whichever lands last', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const older = workspace.edit('api', 'api 2');
    const newer = workspace.edit('api', 'api 3');
    await workspace.deploy('development', ['api']);
    workspace.git('checkout', '--quiet', older);
    const late = await workspace.deploy('development', ['api']);
    expect(words(late)).toEqual({ api: 'superseded' });
    expect(releaseOf(workspace, 'api').release.config).toBe(newer);
  });

  it('supersedes an older run of an app that was considered since, though it has no newer record', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const middle = workspace.edit('api', 'api 2');
    workspace.edit('api', 'api 1');
    workspace.edit('web', 'web 2');
    await workspace.deploy('development', ['api', 'web']);
    workspace.git('checkout', '--quiet', middle);
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'superseded' });
    expect(releaseOf(workspace, 'api').image.digest).toBe(digestOf('api 1'));
  });

  it('lets an older run release pending projects, without a change of through', async () => {
    const workspace = new Workspace();
    const older = workspace.git('rev-parse', 'HEAD');
    const newer = workspace.edit('web', 'web 2');
    await workspace.deploy('development', ['web'], { failed: [{ app: 'api', reason: 'red' }] });
    workspace.git('checkout', '--quiet', older);
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'landed' });
    expect(stateOf(workspace)).toEqual({ through: newer, pending: ['api'] });
  });

  it('obeys a hold and keeps the app pending', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    holdByHand(workspace, 'api', { by: 'ada', reason: 'incident 7', since: '2026-11-23T00:00:00Z' });
    workspace.edit('api', 'api 2');
    workspace.edit('web', 'web 2');
    const result = await workspace.deploy('development', ['api', 'web']);
    expect(words(result)).toEqual({ api: 'held', web: 'landed' });
    expect(result.outcomes[0]?.reason).toBe('by ada: incident 7');
    expect(stateOf(workspace).pending).toEqual(['api']);
  });

  it('ignores a hold that has expired', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    holdByHand(workspace, 'api', {
      by: 'ada',
      reason: 'x',
      since: '2026-01-01T00:00:00Z',
      until: '2026-01-02T00:00:00Z',
    });
    workspace.edit('api', 'api 2');
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'landed' });
  });
});

describe('orphans', () => {
  it('are named by every run and deleted only by remove', async () => {
    const workspace = new Workspace();
    const environment = await readEnvironment(workspace.root, 'development');
    await workspace.deploy('development', ['api', 'web']);
    const refused = removeRelease(await workspace.source(), environment, 'web');
    await expect(refused).rejects.toMatchObject({ code: 'refused', value: 'web' });
    rmSync(join(workspace.root, 'apps/web'), { recursive: true });
    workspace.commit('drop web');
    const result = await workspace.deploy('development', ['api']);
    expect(result.orphans).toEqual(['web']);
    await removeRelease(await workspace.source(), environment, 'web');
    expect((await workspace.deploy('development', ['api'])).orphans).toEqual([]);
  });
});

describe('the work tree environment', () => {
  it('releases uncommitted changes as a snapshot that the ledger keeps, and leaves the checkout as it was', async () => {
    const workspace = new Workspace();
    await workspace.deploy('local', ['api', 'web']);
    const before = workspace.git('status', '--porcelain', '--branch');
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 5\n');
    workspace.write('apps/api/deploy/new.yaml', 'untracked: true\n');
    const result = await workspace.deploy('local', ['api']);
    expect(words(result)).toEqual({ api: 'landed' });
    expect(result.config).not.toBe(workspace.git('rev-parse', 'HEAD'));
    const kept = join(workspace.root, '.slipway/ledger.git');
    const text = execFileSync('git', ['-C', kept, 'show', `${result.config}:apps/api/deploy/new.yaml`], {
      encoding: 'utf8',
    });
    expect(text).toBe('untracked: true\n');
    expect(parse(workspace.ledger('ledger.yaml', 'local'))).toMatchObject({
      through: workspace.git('rev-parse', 'HEAD'),
    });
    workspace.git('checkout', '--quiet', '--', '.');
    rmSync(join(workspace.root, 'apps/api/deploy/new.yaml'));
    expect(workspace.git('status', '--porcelain', '--branch')).toBe(before);
  });

  it('goes back to the committed state when the changes are thrown away', async () => {
    const workspace = new Workspace();
    await workspace.deploy('local', ['api', 'web']);
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 5\n');
    await workspace.deploy('local', ['api']);
    workspace.git('checkout', '--quiet', '--', '.');
    const result = await workspace.deploy('local', ['api']);
    expect(words(result)).toEqual({ api: 'landed' });
    expect(result.outcomes[0]?.after?.release.config).toBe(workspace.git('rev-parse', 'HEAD'));
  });

  it('takes the same uncommitted changes as unchanged', async () => {
    const workspace = new Workspace();
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 5\n');
    await workspace.deploy('local', ['api', 'web']);
    expect(words(await workspace.deploy('local', ['api', 'web']))).toEqual({
      api: 'unchanged',
      web: 'unchanged',
    });
  });

  it('goes back after a reset of the branch, but not to an older commit of it', async () => {
    const workspace = new Workspace();
    const first = workspace.git('rev-parse', 'HEAD');
    workspace.edit('api', 'api 2');
    await workspace.deploy('local', ['api', 'web']);
    workspace.git('checkout', '--quiet', first);
    expect(words(await workspace.deploy('local', ['api']))).toEqual({ api: 'superseded' });
    workspace.git('checkout', '--quiet', 'main');
    workspace.git('reset', '--quiet', '--hard', first);
    expect(words(await workspace.deploy('local', ['api']))).toEqual({ api: 'landed' });
  });
});

describe('the place of the ledger', () => {
  it('may be a folder of main, and a bump touches nothing outside it', async () => {
    const workspace = new Workspace();
    workspace.write(
      'deploy/environments/development/environment.yaml',
      'deploy: auto\nbase: pinned\nregistries: [registry.example/team]\nledger: { branch: main, folder: releases/development }\n',
    );
    const head = workspace.commit('folder');
    await workspace.deploy('development', ['api', 'web']);
    workspace.git('pull', '--quiet', 'origin', 'main');
    const files = workspace.git('diff', '--name-only', head, 'HEAD').split('\n');
    expect(files).toEqual([
      'releases/development/apps/api/release.yaml',
      'releases/development/apps/web/release.yaml',
      'releases/development/ledger.yaml',
    ]);
    expect(await dueIn(workspace)).toEqual([]);
    expect(words(await workspace.deploy('development', ['api', 'web']))).toEqual({
      api: 'unchanged',
      web: 'unchanged',
    });
  });
});
