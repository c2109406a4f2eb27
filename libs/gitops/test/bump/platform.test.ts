import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { appsAt, history, hold, promote, readEnvironment, removeRelease, rollback } from '../../src/index.ts';
import { inEnvironment, stateOf, trailersOf } from '../support/ledger-of.ts';
import { words, Workspace } from '../support/workspace.ts';

const PLATFORM = { app: 'platform' };

/** A workspace whose development, and production if asked, has a platform. */
function withPlatform(...environments: string[]): Workspace {
  const workspace = new Workspace({ apps: ['api'] });
  workspace.write('deploy/argocd/Chart.yaml', 'name: platform\n');
  for (const name of ['development', ...environments]) {
    workspace.write(`deploy/environments/${name}/values.yaml`, `domain: ${name}.example\n`);
  }
  for (const name of environments) {
    workspace.write(
      `deploy/environments/${name}/environment.yaml`,
      'deploy: promote\nbase: pinned\nregistries: [registry.example/other]\n',
    );
  }
  workspace.commit('a platform');
  return workspace;
}

const releaseOf = (workspace: Workspace, environment?: string): unknown =>
  parse(workspace.ledger('platform/release.yaml', environment));

const head = (workspace: Workspace) => workspace.git('rev-parse', 'HEAD');

describe('the platform', () => {
  it('is deployed to the environments that have values for it', async () => {
    const workspace = withPlatform();
    const checkout = await workspace.source();
    const names = async (environment: string) =>
      (await appsAt(checkout, head(workspace), environment)).map(({ name }) => name);
    expect(await names('development')).toEqual(['api', 'platform']);
    expect(await names('local')).toEqual(['api']);
  });

  it('is released without an image: its record is a commit', async () => {
    const workspace = withPlatform();
    const result = await workspace.deploy('development', [], { intents: [PLATFORM] });
    expect(words(result)).toEqual({ platform: 'landed' });
    expect(releaseOf(workspace)).toEqual({ release: { config: head(workspace) } });
    expect(stateOf(workspace).pending).toEqual(['api']);
    expect(trailersOf(workspace)).toEqual([
      'Slipway-Environment: development',
      'Slipway-App: platform',
      `Slipway-Config: ${head(workspace)}`,
    ]);
  });

  it('is unchanged while its chart and all environments are the same Git objects', async () => {
    const workspace = withPlatform();
    const deploy = async () => words(await workspace.deploy('development', [], { intents: [PLATFORM] }));
    await deploy();
    workspace.edit('api', 'api 2');
    expect(await deploy()).toEqual({ platform: 'unchanged' });
    workspace.write('deploy/environments/development/values.yaml', 'domain: new.example\n');
    workspace.commit('another domain');
    expect(await deploy()).toEqual({ platform: 'landed' });
    workspace.write('deploy/argocd/Chart.yaml', 'name: platform\nversion: 2\n');
    workspace.commit('another chart');
    expect(await deploy()).toEqual({ platform: 'landed' });
  });

  it('is promoted by its record, with no image to copy', async () => {
    const workspace = withPlatform('production');
    await workspace.deploy('development', [], { intents: [PLATFORM] });
    const [checkout, from] = await inEnvironment(workspace);
    const to = await readEnvironment(workspace.root, 'production');
    const copyImage = () => Promise.reject(new Error('there is no image'));
    const { outcomes } = await promote({ checkout, from, to, copyImage });
    expect(outcomes).toMatchObject([{ app: 'platform', outcome: 'landed' }]);
    expect(releaseOf(workspace, 'production')).toEqual(releaseOf(workspace));
  });

  it('is rolled back and held like an app', async () => {
    const workspace = withPlatform();
    const deploy = () => workspace.deploy('development', [], { intents: [PLATFORM] });
    await deploy();
    const first = head(workspace);
    workspace.write('deploy/argocd/Chart.yaml', 'name: platform\nversion: 2\n');
    workspace.commit('a bad chart');
    await deploy();
    const [checkout, environment] = await inEnvironment(workspace);
    const back = { by: 'Ada', reason: 'bad', to: first.slice(0, 12) };
    const { after } = await rollback(checkout, environment, 'platform', back);
    expect(after).toMatchObject({ release: { config: first }, hold: { reason: 'bad' } });
    expect(words(await deploy())).toEqual({ platform: 'held' });
    const entries = await history(checkout, environment, 'platform');
    expect(entries.map(({ action, changed }) => [action, changed.join()])).toEqual([
      ['rollback', 'configuration'],
      ['release', 'configuration'],
      ['release', 'configuration'],
    ]);
    expect((await hold(checkout, environment, 'platform', { by: 'Eve', reason: 'still' })).hold.by).toBe(
      'Eve',
    );
  });

  it('cannot be removed while the environment has values for it', async () => {
    const workspace = withPlatform();
    await workspace.deploy('development', [], { intents: [PLATFORM] });
    const [checkout, environment] = await inEnvironment(workspace);
    await expect(removeRelease(checkout, environment, 'platform')).rejects.toThrow(
      'deploy/environments/development/values.yaml exists',
    );
  });

  it('has its name to itself', async () => {
    const workspace = withPlatform();
    workspace.addApp('platform');
    workspace.commit('an app with the same name');
    await expect(workspace.deploy('development', [], { intents: [PLATFORM] })).rejects.toThrow(
      'apps/platform has a reserved name. Rename the app.',
    );
  });

  it('with fields of an app is refused', async () => {
    const workspace = withPlatform();
    const [checkout, environment] = await inEnvironment(workspace);
    await workspace.deploy('development', [], { intents: [PLATFORM] });
    const broken = 'release: {config: main}\nimage: {}\n';
    const blob = workspace.git('commit-tree', '-m', 'by hand', treeWith(workspace, broken));
    workspace.git('push', '--quiet', '--force', 'origin', `${blob}:refs/heads/env/development`);
    await expect(rollback(checkout, environment, 'platform', { by: 'Ada', reason: 'bad' })).rejects.toThrow(
      /platform\/release.yaml is not valid:\n(.*\n)*.*image: is not a known key/,
    );
  });
});

/** A tree with `platform/release.yaml` alone. */
function treeWith(workspace: Workspace, text: string): string {
  workspace.write('.slipway/release.yaml', text);
  const id = workspace.git('hash-object', '-w', '.slipway/release.yaml');
  workspace.git('read-tree', '--empty');
  workspace.git('update-index', '--add', '--cacheinfo', `100644,${id},platform/release.yaml`);
  return workspace.git('write-tree');
}
