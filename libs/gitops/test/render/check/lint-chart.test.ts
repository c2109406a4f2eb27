import { describe, expect, it } from 'vitest';
import { requireHelm } from '../../../src/render/helm/find-helm.ts';
import { Exceptions } from '../../../src/render/check/exceptions.ts';
import { lintChart } from '../../../src/render/check/lint-chart.ts';
import { workspaceWithCharts } from '../../support/charts.ts';
import type { Workspace } from '../../support/workspace.ts';
import { hasHelm } from '../../support/has-helm.ts';

const CHART = 'deploy/charts/service';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: bare}\nspec: {containers: [{name: main}]}\n';

async function lint(workspace: Workspace, exceptions = new Exceptions()) {
  return (await lintChart(await requireHelm(), workspace.root, CHART, exceptions)).problems;
}

describe.skipIf(!hasHelm)('a chart', () => {
  it('is linted with each of its scenarios', async () => {
    const workspace = workspaceWithCharts();
    workspace.write(`${CHART}/ci/two-replicas.yaml`, 'replicas: 2\n');
    workspace.write(`${CHART}/ci/typo.yaml`, 'replicaz: 2\n');
    const problems = await lint(workspace);
    expect(new Set(problems.map(({ place }) => place))).toEqual(new Set([`${CHART}/ci/typo.yaml`]));
    expect(problems.map(({ message }) => message).join('\n')).toContain("'replicaz' not allowed");
  });

  it('needs a scenario', async () => {
    expect(await lint(workspaceWithCharts())).toMatchObject([{ place: CHART, message: 'has no scenario' }]);
  });

  it('renders no API version that Kubernetes has removed', async () => {
    const workspace = workspaceWithCharts();
    const old = 'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: old}\n';
    workspace.write(`${CHART}/templates/old.yaml`, old);
    workspace.write(`${CHART}/ci/plain.yaml`, '{}\n');
    const [problem] = await lint(workspace);
    expect(problem?.message).toContain('extensions/v1beta1 Ingress is deprecated');
  });

  it('is held to the rules, but for its exceptions', async () => {
    const workspace = workspaceWithCharts();
    workspace.write(`${CHART}/templates/pod.yaml`, POD);
    workspace.write(`${CHART}/ci/plain.yaml`, '{}\n');
    const found = await lint(workspace);
    const place = `${CHART}/ci/plain.yaml: Pod/bare`;
    expect(found).toContainEqual(expect.objectContaining({ rule: 'bare-pod', place }));
    expect(found).toContainEqual(
      expect.objectContaining({ rule: 'seccomp', place: `${place} container main` }),
    );
    const exceptions = new Exceptions([{ rule: 'bare-pod', app: CHART, reason: 'a test' }]);
    const left = await lint(workspace, exceptions);
    expect(left.map(({ rule }) => rule)).toEqual(
      found.map(({ rule }) => rule).filter((rule) => rule !== 'bare-pod'),
    );
  });
});
