import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { describe, expect, test } from 'vitest';
import { APP_RULES, renderChart, requireHelm } from '@slipway/gitops/render';
import { SERVICE_CHART } from '../support/charts.ts';
import { problemsOf } from '../support/problems.ts';
import { EVERYTHING, hasHelm, manifestsOf, only, outcomesOf, RELEASE } from '../support/service-chart.ts';

const deploymentOf = async (values: typeof RELEASE) =>
  only<IDeployment>(await manifestsOf(values), 'Deployment').spec;
const environmentOf = async (values: typeof RELEASE) => {
  const container = (await deploymentOf(values))?.template.spec?.containers[0];
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
};

describe.skipIf(!hasHelm)('the pods', () => {
  test('have the sum of all phases plus five seconds to end, for any phases', async () => {
    const phases = [5, 20, 60].flatMap((preStopSeconds) =>
      [0, 10, 120].flatMap((drainSeconds) =>
        [0, 10, 300].map((closeSeconds) => ({ preStopSeconds, drainSeconds, closeSeconds })),
      ),
    );
    const outcomes = await outcomesOf(phases.map((shutdown) => ({ ...RELEASE, shutdown })));
    const graces: (number | undefined)[] = [];
    for (const { manifests = [] } of outcomes) {
      expect(await problemsOf(APP_RULES, manifests)).toEqual([]);
      const { spec } = only<IDeployment>(manifests, 'Deployment');
      graces.push(spec?.template.spec?.terminationGracePeriodSeconds);
    }
    expect(graces).toEqual(
      phases.map(
        ({ preStopSeconds, drainSeconds, closeSeconds }) => preStopSeconds + drainSeconds + closeSeconds + 5,
      ),
    );
  });

  test('get the chart’s own settings as variables', async () => {
    expect(await environmentOf({ ...EVERYTHING, port: 3000 })).toEqual({
      PORT: '3000',
      REVISION: 'sha-0123456789ab',
      DRAIN_DELAY_MS: '10000',
      CLOSE_TIMEOUT_MS: '10000',
      TRUST_PROXY: '10.20.0.0/20',
      LOG_LEVEL: 'info',
    });
  });

  test('believe no proxy when they are not routed', async () => {
    expect(await environmentOf({ ...EVERYTHING, route: { paths: [] } })).not.toHaveProperty('TRUST_PROXY');
  });

  test('have their number set only by the autoscaler, if there is one', async () => {
    const manifests = await manifestsOf({ ...RELEASE, replicas: 4, autoscaling: { maxReplicas: 9 } });
    expect(only<IDeployment>(manifests, 'Deployment').spec).not.toHaveProperty('replicas');
    expect(only<IHorizontalPodAutoscaler>(manifests, 'HorizontalPodAutoscaler').spec).toMatchObject({
      minReplicas: 2,
      maxReplicas: 9,
      metrics: [{ resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    });
  });

  test('lose one at a time to a drain and never block it, from 1 to 10 of them', async () => {
    const numbers = Array.from({ length: 10 }, (_, at) => at + 1);
    const outcomes = await outcomesOf(numbers.map((replicas) => ({ ...RELEASE, replicas })));
    const allowed = outcomes.map(
      ({ manifests }) => manifests?.find(({ kind }) => kind === 'PodDisruptionBudget')?.spec,
    );
    expect(allowed[0]).toBeUndefined();
    for (const spec of allowed.slice(1)) expect(spec).toMatchObject({ maxUnavailable: 1 });
  });

  test('get a start as long as asked, rounded up to a probe', async () => {
    const outcomes = await outcomesOf(
      [60, 301, 2].map((startupSeconds) => ({ ...RELEASE, probes: { startupSeconds } })),
    );
    const probes = outcomes.map(
      ({ manifests = [] }) =>
        only<IDeployment>(manifests, 'Deployment').spec?.template.spec?.containers[0]?.startupProbe,
    );
    expect(probes.map((probe) => probe?.failureThreshold)).toEqual([30, 151, 1]);
  });
});

describe.skipIf(!hasHelm)('the name of a release', () => {
  const named = async (release: string) =>
    renderChart(await requireHelm(), { chart: SERVICE_CHART, release, values: EVERYTHING });

  test.each(['on', 'null', 'y', 'a.b', '1api'])(
    'is refused when it is %s, which names no Service',
    async (name) => {
      await expect(named(name)).rejects.toThrow(`the release name "${name}" cannot name a Service`);
    },
  );

  test('may have as many letters as Helm allows', async () => {
    expect(await problemsOf(APP_RULES, (await named('x'.repeat(53))).manifests)).toEqual([]);
  });
});
