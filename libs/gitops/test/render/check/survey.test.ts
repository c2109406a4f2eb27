import { describe, expect, it, onTestFinished } from 'vitest';
import { requireHelm } from '../../../src/render/helm/find-helm.ts';
import { Renderer, survey, workTreeCommit } from '../../../src/render.ts';
import { place } from '../../support/ledger-of.ts';
import type { Workspace } from '../../support/workspace.ts';
import { workspaceWithCharts } from '../../support/charts.ts';
import { hasHelm } from '../../support/has-helm.ts';

/** What is wrong with what lies in a workspace, by what it is wrong with. */
async function problemsIn(workspace: Workspace, environmentName = 'development') {
  const [checkout, environment] = await place(workspace, environmentName);
  const renderer = new Renderer(checkout, await requireHelm());
  onTestFinished(() => renderer.close());
  const found = await survey(checkout, renderer, environment, await workTreeCommit(checkout));
  return Object.fromEntries(
    found.map(({ what, problems }) => [what, problems.map(({ place, message }) => `${place} ${message}`)]),
  );
}

const POD = `apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}}
spec:
  containers:
    - {name: main, image: "registry.example/api:1@sha256:${'a'.repeat(64)}", env: [{name: A, value: x}, {name: B, value: x}]}
`;

/** The chart renders this pod too. */
function withPod(pod: string): Workspace {
  const workspace = workspaceWithCharts();
  workspace.write('deploy/charts/service/templates/pod.yaml', pod);
  return workspace;
}

describe.skipIf(!hasHelm)('a survey of an environment', () => {
  it('renders the root, the platform and every app, and finds nothing where all is well', async () => {
    expect(await problemsIn(withPod(POD))).toEqual({ root: [], platform: [], api: [] });
    expect(await problemsIn(withPod(POD), 'local')).toEqual({ api: [] });
  });

  it('names an image that is not pinned', async () => {
    const { api } = await problemsIn(withPod(POD.replace(/@sha256:a+/, '')));
    expect(api).toEqual([
      'Pod/api container main runs registry.example/api:1, which is not pinned by digest',
    ]);
  });

  it('names two entries of one key, and an object that is there twice', async () => {
    const { api } = await problemsIn(withPod(POD.replace('name: B', 'name: A')));
    expect(api).toEqual(['Pod/api /spec/containers/0/env has name A twice']);
    const twice = await problemsIn(withPod(`${POD}---\n${POD}`));
    expect(twice['api']).toEqual(['v1 Pod/api is there twice']);
  });

  it('names values that are not the app’s to set', async () => {
    const workspace = workspaceWithCharts();
    workspace.write('apps/api/deploy/development.yaml', 'environment: {domain: mine.example}\n');
    expect((await problemsIn(workspace))['api']).toEqual([
      'apps/api/deploy/development.yaml sets environment: take it out, the platform sets it, in deploy/environments/',
    ]);
  });

  it('names public paths in an environment that routes nothing, unless it has no Argo CD at all', async () => {
    const workspace = workspaceWithCharts();
    const open = JSON.stringify({ type: 'object' });
    workspace.write('deploy/charts/service/values.schema.json', open);
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 1\nroute: {paths: [/v1]}\n');
    expect((await problemsIn(workspace))['api']).toEqual([
      'apps/api/deploy/values.yaml has public paths (route.paths), but development has no gateway: set environment.domain and ' +
        'environment.gateway.name in deploy/environments/development/values.yaml, or route.paths: [] in apps/api/deploy/development.yaml',
    ]);
    expect((await problemsIn(workspace, 'local'))['api']).toEqual([]);
    workspace.write('apps/api/deploy/development.yaml', 'route: {paths: []}\n');
    expect((await problemsIn(workspace))['api']).toEqual([]);
  });

  it('goes on where one thing cannot be rendered', async () => {
    const workspace = workspaceWithCharts();
    workspace.addApp('web');
    workspace.write('apps/api/deploy/development.yaml', 'replicaz: 2\n');
    const { api, web } = await problemsIn(workspace);
    expect(api).toEqual([expect.stringContaining("additional properties 'replicaz' not allowed") as string]);
    expect(web).toEqual([]);
  });

  it('says of an environment what its values lack', async () => {
    const workspace = workspaceWithCharts();
    workspace.write('deploy/environments/development/values.yaml', 'repository: [\n');
    const { root, platform, api } = await problemsIn(workspace);
    const message = expect.stringContaining(
      'deploy/environments/development/values.yaml is not valid YAML',
    ) as string;
    expect([root, platform, api]).toEqual([[message], [message], [message]]);
  });
});
