import { describe, expect, test } from 'vitest';
import { findOnPath, renderChart } from '@slipway/gitops/render';
import { SERVICE_CHART } from '../support/charts.ts';
import { APP, hasHelm, renderScenario, SCENARIOS } from '../support/service-chart.ts';

const helm3 = await findOnPath('helm3', 3);

describe.skipIf(!hasHelm || !helm3)('Helm 3, where a helm3 is on PATH,', () => {
  test.each(SCENARIOS)('renders $name like Helm 4', async (scenario) => {
    if (!helm3) return;
    const rendering = { chart: SERVICE_CHART, release: APP, files: [scenario.file] };
    const { manifests } = await renderChart(helm3, rendering);
    expect(manifests).toEqual((await renderScenario(scenario)).manifests);
  });
});
