import { describe, expect, test } from 'vitest';
import { APP_RULES, requireHelm } from '@slipway/gitops/render';
import { SERVICE_CHART } from '../support/charts.ts';
import { problemsOf } from '../support/problems.ts';
import { hasHelm, renderScenario, SCENARIOS } from '../support/service-chart.ts';

describe.skipIf(!hasHelm)('a scenario of the chart', () => {
  test.each(SCENARIOS)('$name renders, and breaks no rule', async (scenario) => {
    const { manifests } = await renderScenario(scenario);
    expect(await problemsOf(APP_RULES, manifests)).toEqual([]);
  });

  test.each(SCENARIOS)('$name is clean for helm lint --strict', async ({ file }) => {
    const helm = await requireHelm();
    const { ok, stdout, stderr } = await helm(['lint', '--strict', SERVICE_CHART, '--values', file]);
    expect(ok, `${stdout}${stderr}`).toBe(true);
  });
});
