import { describe, expect, it, onTestFinished } from 'vitest';
import { readEnvironment, type Release } from '../../src/index.ts';
import { requireHelm } from '../../src/render/helm/find-helm.ts';
import { candidatesAt, recordsToRender, Renderer, renderRelease, workTreeCommit } from '../../src/render.ts';
import { inEnvironment, releaseOf } from '../support/ledger-of.ts';
import { intent, type Workspace } from '../support/workspace.ts';
import { workspaceWithCharts } from '../support/charts.ts';
import { hasHelm } from '../support/has-helm.ts';

const PLATFORM = { app: 'platform' };

/** Everything is released in development as it lies here. */
const deployAll = (workspace: Workspace) =>
  workspace.deploy('development', [], { intents: [PLATFORM, intent('api', 'api 1')] });

async function rendererOf(workspace: Workspace): Promise<Renderer> {
  const renderer = new Renderer(await workspace.source(), await requireHelm());
  onTestFinished(() => renderer.close());
  return renderer;
}

/** What an app becomes by its record. */
async function renderApi(workspace: Workspace, release: Release = releaseOf(workspace, 'api')) {
  const [checkout, environment] = await inEnvironment(workspace);
  const [object] = await renderRelease(checkout, environment, 'api', release);
  return object?.['data'] as Record<string, string>;
}

describe.skipIf(!hasHelm)('a release', () => {
  it('renders as Argo CD would: root, platform, Application, chart', async () => {
    const workspace = workspaceWithCharts();
    await deployAll(workspace);
    expect(await renderApi(workspace)).toEqual({
      namespace: 'app-api',
      replicas: '1',
      tag: `"${releaseOf(workspace, 'api').image.tag}"`,
      domain: 'one.example',
    });
  });

  it('reads chart and values at its own commit, and the environment at the platform’s', async () => {
    const workspace = workspaceWithCharts();
    await deployAll(workspace);
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 9\n');
    workspace.write(
      'deploy/environments/development/values.yaml',
      'repository: https://git.example/team.git\nenvironment: {domain: two.example}\n',
    );
    workspace.commit('more replicas, another domain');
    expect(await renderApi(workspace)).toMatchObject({ replicas: '1', domain: 'one.example' });
    await workspace.deploy('development', [], { intents: [PLATFORM] });
    expect(await renderApi(workspace)).toMatchObject({ replicas: '1', domain: 'two.example' });
  });

  it('passes the image as text, whatever it looks like', async () => {
    const workspace = workspaceWithCharts();
    await deployAll(workspace);
    const release = releaseOf(workspace, 'api');
    const { tag } = await renderApi(workspace, { ...release, image: { ...release.image, tag: '1e3' } });
    expect(tag).toBe('"1e3"');
  });

  it('is found in a folder of the ledger branch too', async () => {
    const workspace = workspaceWithCharts();
    workspace.write(
      'deploy/environments/development/environment.yaml',
      'deploy: auto\nbase: pinned\nregistries: [registry.example/team]\nledger: {folder: releases/dev}\n',
    );
    workspace.commit('a folder');
    await deployAll(workspace);
    const release = JSON.parse(
      JSON.stringify(await recordsToRender(...(await inEnvironment(workspace)), 'api')),
    ) as {
      release: Release;
    };
    expect(await renderApi(workspace, release.release)).toMatchObject({ domain: 'one.example' });
  });

  it('does not change work tree, index and status', async () => {
    const workspace = workspaceWithCharts();
    await deployAll(workspace);
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 3\n');
    const before = workspace.git('status', '--porcelain');
    await renderApi(workspace);
    expect(workspace.git('status', '--porcelain')).toBe(before);
    expect(before).toContain('values.yaml');
  });
});

describe.skipIf(!hasHelm)('the work tree', () => {
  it('renders uncommitted changes, with a sample of an image', async () => {
    const workspace = workspaceWithCharts();
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 7\n');
    const [checkout, environment] = await inEnvironment(workspace);
    const { platform, apps } = await candidatesAt(checkout, environment, await workTreeCommit(checkout));
    const renderer = await rendererOf(workspace);
    const rendered = await renderer.app(environment, platform, 'api', apps.get('api') as Release);
    expect(rendered.manifests[0]?.['data']).toMatchObject({ replicas: '7', tag: '"sha-0123456789ab"' });
    expect(rendered.application.spec.destination.namespace).toBe('app-api');
  });

  it('renders without Argo CD, without the values of a platform', async () => {
    const workspace = workspaceWithCharts();
    const [checkout, local] = await inEnvironment(workspace, 'local');
    const { platform, apps } = await candidatesAt(checkout, local, await checkout.head());
    expect(platform).toBeUndefined();
    const renderer = await rendererOf(workspace);
    const { manifests } = await renderer.app(local, platform, 'api', apps.get('api') as Release);
    expect(manifests[0]?.['data']).toMatchObject({ domain: 'none' });
  });
});

describe.skipIf(!hasHelm)('facts of the cluster', () => {
  it('reach the platform through the root, and no app', async () => {
    const workspace = workspaceWithCharts();
    const [, environment] = await inEnvironment(workspace);
    const renderer = await rendererOf(workspace);
    const release = { release: { config: workspace.git('rev-parse', 'HEAD') } };
    const { manifests } = await renderer.platform(environment, release, { region: 'eu' });
    expect(manifests.find(({ kind }) => kind === 'ConfigMap')?.['data']).toEqual({
      facts: '{"region":"eu"}',
    });
    const bare = await renderer.platform(environment, release);
    expect(bare.manifests.filter(({ kind }) => kind === 'ApplicationSet')).toEqual(
      manifests.filter(({ kind }) => kind === 'ApplicationSet'),
    );
  });
});

describe.skipIf(!hasHelm)('a release that Argo CD cannot render', () => {
  const broken: [string, (workspace: Workspace, release: Release) => Release | void, string, string][] = [
    [
      'an unknown value',
      (workspace) => workspace.write('apps/api/deploy/development.yaml', 'replicaz: 2\n'),
      'invalid',
      "deploy/charts/service at COMMIT, for api with /apps/api/deploy/development.yaml, refuses these values:\n*at '': additional properties 'replicaz' not allowed",
    ],
    [
      'a values file that is gone',
      (workspace) => workspace.git('rm', '--quiet', 'apps/api/deploy/development.yaml'),
      'invalid',
      'apps/api/deploy/development.yaml does not exist at COMMIT, from which Argo CD reads it.',
    ],
    [
      'a chart that is not there',
      (_, release) => ({ ...release, release: { ...release.release, chart: 'deploy/charts/job' } }),
      'invalid',
      'deploy/charts/job does not exist at COMMIT, from which Argo CD reads it.',
    ],
    [
      'a commit that is not there',
      (_, release) => ({ ...release, release: { ...release.release, config: 'a'.repeat(40) } }),
      'missing-commit',
      'The commit aaaaaaaaaaaa is not in this checkout. Fetch it: git fetch --all',
    ],
  ];

  it.each(broken)('is named: %s', async (_, change, code, message) => {
    const workspace = workspaceWithCharts();
    await deployAll(workspace);
    const release = releaseOf(workspace, 'api');
    const changed = change(workspace, release);
    const config = workspace.commit('broken');
    const tried =
      typeof changed === 'object' ? changed : { ...release, release: { ...release.release, config } };
    const pattern = message
      .replace('COMMIT', tried.release.config.slice(0, 12))
      .replace(/[.()[\]]/g, '\\$&')
      .replace('*', '[^]*');
    await expect(renderApi(workspace, tried)).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(pattern) as string }),
    );
  });

  it('is named: a platform that was never released', async () => {
    const workspace = workspaceWithCharts();
    await workspace.deploy('development', ['api']);
    await expect(renderApi(workspace)).rejects.toThrow(
      'The platform is not released in development, so Argo CD runs no app there. Release it: npx nx deploy platform -c development',
    );
  });

  it('is named: an environment without values for its Argo CD', async () => {
    const workspace = workspaceWithCharts();
    const local = await readEnvironment(workspace.root, 'local');
    const renderer = await rendererOf(workspace);
    await expect(renderer.root(local, workspace.git('rev-parse', 'HEAD'))).rejects.toThrow(
      /local has no Argo CD: deploy\/environments\/local\/values.yaml does not exist at \w{12}. Create it/,
    );
  });
});
