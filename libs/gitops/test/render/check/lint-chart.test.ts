import { describe, expect, it } from 'vitest';
import { requireHelm } from '../../../src/render/helm/find-helm.ts';
import { lintChart } from '../../../src/render/check/lint-chart.ts';
import { workspaceWithCharts } from '../../support/charts.ts';
import { hasHelm } from '../../support/has-helm.ts';

const CHART = 'deploy/charts/service';

describe.skipIf(!hasHelm)('a chart', () => {
  it('is looked at with each of its scenarios', async () => {
    const workspace = workspaceWithCharts();
    workspace.write(`${CHART}/ci/two-replicas.yaml`, 'replicas: 2\n');
    workspace.write(`${CHART}/ci/typo.yaml`, 'replicaz: 2\n');
    const problems = await lintChart(await requireHelm(), workspace.root, CHART);
    expect(new Set(problems.map(({ place }) => place))).toEqual(new Set([`${CHART}/ci/typo.yaml`]));
    expect(problems.map(({ message }) => message).join('\n')).toContain("'replicaz' not allowed");
  });

  it('needs a scenario', async () => {
    const problems = await lintChart(await requireHelm(), workspaceWithCharts().root, CHART);
    expect(problems).toMatchObject([{ place: CHART, message: expect.stringMatching(/^has no scenario/) }]);
  });
});
