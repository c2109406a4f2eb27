import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requireHelm } from '../../../src/render/helm/find-helm.ts';
import { Exceptions, Renderer, survey, workTreeCommit } from '../../../src/render.ts';
import type { Problem } from '../../../src/render/check/problem.ts';
import { inEnvironment } from '../../support/ledger-of.ts';
import type { Workspace } from '../../support/workspace.ts';
import { workspaceWithCharts } from '../../support/charts.ts';
import { hasHelm } from '../../support/has-helm.ts';

/** The problems in a workspace, by what they are of. */
async function problemsIn(workspace: Workspace, environmentName = 'development') {
  const [checkout, environment] = await inEnvironment(workspace, environmentName);
  const renderer = new Renderer(checkout, await requireHelm());
  onTestFinished(() => renderer.close());
  const commit = await workTreeCommit(checkout);
  const exceptions = await Exceptions.read(checkout, commit);
  const found = await survey(checkout, renderer, environment, commit, exceptions);
  return Object.fromEntries(found.map(({ what, problems }) => [what, problems]));
}

/** Some rules, about the object that they are broken by. */
const broken = (problems: readonly Problem[] = [], ...rules: string[]): string[] =>
  problems.filter(({ rule = '' }) => rules.includes(rule)).map(({ place, message }) => `${place} ${message}`);

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
  it('renders the root, the platform and every app, and finds nothing if all is well', async () => {
    expect(await problemsIn(workspaceWithCharts())).toEqual({ root: [], platform: [], api: [] });
    expect(await problemsIn(workspaceWithCharts(), 'local')).toEqual({ api: [] });
  });

  it('names the rule that is broken, the object and the remedy', async () => {
    const { api } = await problemsIn(withPod(POD));
    expect(api).toContainEqual({
      rule: 'read-only-root',
      place: 'Pod/api container main',
      message: 'can write into its root file system',
      remedy: 'Set readOnlyRootFilesystem: true, and mount an emptyDir where the app writes.',
    });
  });

  it('allows exactly the problem that an exception names', async () => {
    const all = (await problemsIn(withPod(POD)))['api'];
    const workspace = withPod(POD);
    const exception = { rule: 'seccomp', app: 'api', object: 'Pod/api', reason: 'a test' };
    workspace.write('deploy/exceptions.yaml', JSON.stringify([exception]));
    const left = (await problemsIn(workspace))['api'];
    expect(left).toEqual(all?.filter(({ rule }) => rule !== 'seccomp'));
    expect(left?.length).toBe((all?.length ?? 0) - 1);
  });

  it('names an image that is not pinned', async () => {
    const { api } = await problemsIn(withPod(POD.replace(/@sha256:a+/, '')));
    expect(broken(api, 'image-digest')).toEqual([
      'Pod/api container main runs registry.example/api:1, which is not pinned by digest',
    ]);
  });

  it('names two entries of one key, and an object that is rendered twice', async () => {
    const { api } = await problemsIn(withPod(POD.replace('name: B', 'name: A')));
    expect(broken(api, 'duplicates')).toEqual(['Pod/api /spec/containers/0/env has name A twice']);
    const twice = await problemsIn(withPod(`${POD}---\n${POD}`));
    expect(broken(twice['api'], 'duplicates')).toEqual(['v1 Pod/api is rendered twice']);
  });

  it('names a rule of the platform', async () => {
    const workspace = workspaceWithCharts();
    const file = 'deploy/argocd/templates/apps.yaml';
    const template = readFileSync(join(workspace.root, file), 'utf8');
    workspace.write(file, template.replace('[missingkey=error]', '[]'));
    const { root, platform } = await problemsIn(workspace);
    expect(root).toEqual([]);
    expect(platform).toMatchObject([{ rule: 'strict-template', place: 'ApplicationSet/apps' }]);
  });

  it('names values that an app may not set', async () => {
    const workspace = workspaceWithCharts();
    const file = 'apps/api/deploy/development.yaml';
    workspace.write(file, 'environment: {domain: mine.example}\n');
    expect((await problemsIn(workspace))['api']).toEqual([
      {
        rule: 'foreign-values',
        place: file,
        message: 'sets environment, but the platform sets it, in deploy/environments/',
        remedy: 'Remove the value.',
      },
    ]);
  });

  it('names public paths in an environment without a gateway, unless it has no Argo CD', async () => {
    const workspace = workspaceWithCharts();
    const open = JSON.stringify({ type: 'object' });
    workspace.write('deploy/charts/service/values.schema.json', open);
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 1\nroute: {paths: [/v1]}\n');
    expect((await problemsIn(workspace))['api']).toEqual([
      {
        rule: 'unrouted-paths',
        place: 'apps/api/deploy/values.yaml',
        message: 'has public paths (route.paths), but development has no gateway',
        remedy:
          'Set environment.domain and environment.gateway.name in deploy/environments/development/values.yaml, ' +
          'or route.paths: [] in apps/api/deploy/development.yaml.',
      },
    ]);
    expect((await problemsIn(workspace, 'local'))['api']).toEqual([]);
    workspace.write('apps/api/deploy/development.yaml', 'route: {paths: []}\n');
    expect((await problemsIn(workspace))['api']).toEqual([]);
  });

  it('continues if one app cannot be rendered', async () => {
    const workspace = workspaceWithCharts();
    workspace.addApp('web');
    workspace.write('apps/api/deploy/development.yaml', 'replicaz: 2\n');
    const { api, web } = await problemsIn(workspace);
    const message = expect.stringContaining("additional properties 'replicaz' not allowed") as string;
    expect(api).toEqual([{ place: 'api', message }]);
    expect(web).toEqual([]);
  });

  it('reports an error in the values of an environment for everything there', async () => {
    const workspace = workspaceWithCharts();
    workspace.write('deploy/environments/development/values.yaml', 'repository: [\n');
    const message = expect.stringContaining(
      'deploy/environments/development/values.yaml is not valid YAML',
    ) as string;
    const found = await problemsIn(workspace);
    for (const what of ['root', 'platform', 'api']) expect(found[what]).toEqual([{ place: what, message }]);
  });
});
