import { describe, expect, test } from 'vitest';
import { requireHelm } from '@slipway/gitops/render';
import { SERVICE_CHART } from '../../src/chart/service-chart.ts';
import { RULES } from '../../src/rules/all.ts';
import { unknownFields } from '../../src/rules/known-fields.ts';
import { check } from '../../src/rules/rule.ts';
import { hasHelm, renderScenario, SCENARIOS } from '../service-chart.ts';

describe.skipIf(!hasHelm)('a scenario of the chart', () => {
  test.each(SCENARIOS)('$name renders, and breaks no rule', async (scenario) => {
    const { manifests } = await renderScenario(scenario);
    expect(check(RULES, manifests)).toEqual([]);
  });

  test.each(SCENARIOS)('$name is clean for helm lint --strict', async ({ file }) => {
    const helm = await requireHelm();
    const { ok, stdout, stderr } = await helm(['lint', '--strict', SERVICE_CHART, '--values', file]);
    expect(ok, `${stdout}${stderr}`).toBe(true);
  });

  test('renders no field that Kubernetes does not know', async () => {
    const rendered = await Promise.all(SCENARIOS.map(renderScenario));
    expect(unknownFields(rendered.flatMap(({ manifests }) => manifests))).toEqual([]);
  });
});
