import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { describe, expect, test } from 'vitest';
import { EVERYTHING, hasHelm, manifestsOf, only, outcomesOf, RELEASE } from '../support/service-chart.ts';

const ENVIRONMENT = { domain: 'apps.example.com', gateway: { name: 'public' } };
const routed = (more: object, environment: object = ENVIRONMENT) => ({
  ...RELEASE,
  route: { paths: ['/v1'], ...more },
  environment,
});
const routeOf = async (values: typeof RELEASE) => only<IHTTPRoute>(await manifestsOf(values), 'HTTPRoute');

describe.skipIf(!hasHelm)('the route', () => {
  test('is <app>.<domain>, at the gateway of the environment, for the paths that the app names', async () => {
    const { spec } = await routeOf({ ...EVERYTHING, route: { paths: ['/v1', '/v2'] } });
    expect(spec.hostnames).toEqual(['api.apps.example.com']);
    expect(spec.parentRefs).toEqual([
      { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'gateway' },
    ]);
    expect(spec.rules).toEqual([
      {
        matches: [
          { path: { type: 'PathPrefix', value: '/v1' } },
          { path: { type: 'PathPrefix', value: '/v2' } },
        ],
        backendRefs: [{ name: 'api', port: 80 }],
      },
    ]);
  });

  test('accepts a host name below the domain, and no other', async () => {
    const { spec } = await routeOf(routed({ hostname: 'hooks.apps.example.com' }));
    expect(spec.hostnames).toEqual(['hooks.apps.example.com']);

    const foreign = [
      'bank.example.com',
      'apps.example.com',
      'evilapps.example.com',
      'apps.example.com.evil.org',
    ];
    const outcomes = await outcomesOf(foreign.map((hostname) => routed({ hostname })));
    for (const [at, { refusal }] of outcomes.entries()) {
      expect(refusal).toContain(`route.hostname "${foreign[at]}" is not below the environment's domain`);
    }
  });

  test('is not rendered without a path, a gateway, its name or a domain', async () => {
    const outcomes = await outcomesOf([
      routed({ paths: [] }),
      routed({}, {}),
      routed({}, { domain: 'apps.example.com' }),
      routed({}, { domain: 'apps.example.com', gateway: { namespace: 'gateway' } }),
      routed({}, { gateway: { name: 'public' } }),
    ]);
    const kinds = outcomes.map(({ manifests }) => manifests?.map(({ kind }) => kind));
    for (const each of kinds) expect(each).toEqual(expect.not.arrayContaining(['HTTPRoute']));
  });

  test('makes an ALB, and no other gateway, probe the readiness of pods', async () => {
    const { spec } = only<{ spec: object }>(await manifestsOf(EVERYTHING), 'TargetGroupConfiguration');
    expect(spec).toMatchObject({
      targetReference: { name: 'api' },
      defaultConfiguration: { targetType: 'ip', healthCheckConfig: { healthCheckPath: '/readyz' } },
    });
    const manifests = await manifestsOf(routed({}));
    expect(manifests.map(({ kind }) => kind)).not.toContain('TargetGroupConfiguration');
  });
});
