import { describe, expect, test } from 'vitest';
import { renderChart, requireHelm } from '@slipway/gitops/render';
import { SERVICE_CHART } from '../support/charts.ts';
import { EVERYTHING, hasHelm, manifestsOf, outcomesOf, RELEASE } from '../support/service-chart.ts';

describe.skipIf(!hasHelm)('rendering many sets of values at once', () => {
  test('gives the same as rendering each set alone, in order', async () => {
    const sets = [EVERYTHING, RELEASE, { ...RELEASE, replicas: 1 }];
    const alone = await Promise.all(sets.map(manifestsOf));
    const outcomes = await outcomesOf(sets);
    expect(outcomes.map(({ manifests }) => sorted(manifests ?? []))).toEqual(alone.map(sorted));
  });

  test('names the sets that the schema or a template refuses, and renders the others', async () => {
    const outcomes = await outcomesOf([
      RELEASE,
      { ...RELEASE, replicas: 0 },
      { ...RELEASE, autoscaling: { minReplicas: 3, maxReplicas: 2 } },
      { ...RELEASE, port: 1 },
      EVERYTHING,
    ]);
    expect(outcomes.map(({ refusal }) => refusal !== undefined)).toEqual([false, true, true, true, false]);
    expect(outcomes[1]?.refusal).toContain('/replicas');
    expect(outcomes[2]?.refusal).toContain('autoscaling.maxReplicas');
    expect(outcomes[3]?.refusal).toContain('/port');
  });

  test('is refused with Helm’s message if one set is rendered alone', async () => {
    const rendering = renderChart(await requireHelm(), {
      chart: SERVICE_CHART,
      release: 'api',
      values: { ...RELEASE, replicas: 0 },
    });
    await expect(rendering).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining("at '/replicas': minimum: got 0, want 1") as string,
    });
  });
});

/** A batch is in Helm's order of kinds too, but the order of kinds of equal rank may differ. */
function sorted(manifests: readonly { kind: string; metadata: { name: string } }[]) {
  return manifests.toSorted((a, b) => (a.kind + a.metadata.name < b.kind + b.metadata.name ? -1 : 1));
}
