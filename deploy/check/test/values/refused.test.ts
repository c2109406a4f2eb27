import { describe, expect, test } from 'vitest';
import type { Values } from '@slipway/gitops/render';
import { EVERYTHING, hasHelm, outcomesOf } from '../support/service-chart.ts';
import { withValue } from '../support/with-value.ts';

/** Values that must be refused, each alone: its path, the value, and the path that Helm reports, if another one. */
const BAD: readonly (readonly [path: string, value: unknown, seenAt?: string])[] = [
  // What an app might try in order to weaken its pods.
  ['/securityContext', { runAsUser: 0 }, ''],
  ['/podSecurityContext', { runAsNonRoot: false }, ''],
  ['/hostNetwork', true, ''],
  ['/serviceAccount', { automount: true }, ''],
  ['/extraContainers', [{ name: 'x', image: 'x' }], ''],
  ['/volumes', [{ name: 'x', hostPath: { path: '/' } }], ''],
  ['/networkPolicy', { enabled: false }, ''],
  ['/service', { type: 'NodePort' }, ''],
  // Images that are not pinned, or not an image.
  ['/image/digest', ''],
  ['/image/digest', 'sha256:0123'],
  ['/image/digest', `sha256:${'A'.repeat(64)}`],
  ['/image/digest', `sha512:${'a'.repeat(64)}`],
  ['/image/digest', `sha256:${'a'.repeat(64)}\n`],
  ['/image/tag', 'latest'],
  ['/image/tag', 'a b'],
  ['/image/tag', 1],
  ['/image/tag', `x@sha256:${'a'.repeat(64)}`],
  ['/image/repository', 'nginx'],
  ['/image/repository', 'registry.example/Team/api'],
  ['/image/repository', 'registry.example/api:latest'],
  ['/image/repository', `registry.example/api@sha256:${'a'.repeat(64)}`],
  ['/image/repository', 'https://registry.example/api'],
  ['/image/pullPolicy', 'Always', '/image'],
  // Numbers.
  ['/replicas', 0],
  ['/replicas', 101],
  ['/replicas', '2'],
  ['/replicas', 1.5],
  ['/replicas', null, ''],
  ['/port', 80],
  ['/port', 65536],
  ['/port', 'http'],
  ['/autoscaling', { minReplicas: 2 }],
  ['/autoscaling/minReplicas', 1],
  ['/autoscaling/cpuPercent', 100],
  ['/autoscaling/behavior', {}, '/autoscaling'],
  // Settings.
  ['/env/LEVEL', 5],
  ['/env/LEVEL', true],
  ['/env/LEVEL', 'a\u0000b'],
  ['/env/LEVEL', { valueFrom: {} }],
  // Resources.
  ['/resources/requests/cpu', '0'],
  ['/resources/requests/cpu', 1],
  ['/resources/limits/cpu', '1', '/resources/limits'],
  ['/resources/limits/memory', '256'],
  ['/resources/limits/memory', '256M'],
  ['/resources/limits', null, '/resources'],
  ['/resources/requests/memory', null, '/resources/requests'],
  ['/tmpSize', '1'],
  ['/tmpSize', '0Mi'],
  // Probes and times.
  ['/probes/liveness', 'healthz'],
  ['/probes/liveness', '/a b'],
  ['/probes/readiness', '/../x'],
  ['/probes/startupSeconds', 1],
  ['/shutdown/preStopSeconds', 0],
  ['/shutdown/drainSeconds', -1],
  ['/shutdown/closeSeconds', 301],
  ['/shutdown/graceSeconds', 1, '/shutdown'],
  // Ways in and out.
  ['/route/paths/0', 'v1'],
  ['/route/paths/0', '/v1*'],
  ['/route/paths/0', '/v1/'],
  ['/route/paths/0', '/a//b'],
  ['/route/paths/0', '/a/../b'],
  ['/route/paths', ['/v1', '/v1']],
  ['/route/hostname', '*.apps.example.com'],
  ['/route/hostname', 'API.apps.example.com'],
  ['/route/timeouts', { request: '1s' }, '/route'],
  ['/egress/all', {}],
  ['/egress/all', { cidrs: ['0.0.0.0/0'] }, '/egress/all/cidrs/0'],
  ['/egress/all', { cidrs: ['10.0.0.0/8'] }, '/egress/all/cidrs/0'],
  ['/egress/all', { cidrs: ['169.254.169.254/32'] }, '/egress/all/cidrs/0'],
  ['/egress/all', { cidrs: ['256.0.0.0/16'] }, '/egress/all/cidrs/0'],
  ['/egress/all', { cidrs: [] }, '/egress/all/cidrs'],
  ['/egress/all', { internet: false }, '/egress/all/internet'],
  ['/egress/all', { internet: true, cidrs: ['10.0.0.0/16'] }],
  ['/egress/all', { app: 'orders' }],
  ['/egress/all', { namespace: 'orders', internet: true }],
  ['/egress/all', { internet: true, ports: [22] }, '/egress/all/ports/0'],
  ['/egress/all', { internet: true, ports: [0] }, '/egress/all/ports/0'],
  // Secrets.
  ['/secretFiles/name', '../other'],
  ['/secretFiles/name', 'Keys'],
  ['/secretFiles/mountPath', '/'],
  ['/secretFiles/mountPath', '/usr/local/bin'],
  ['/secretFiles/mountPath', '/var/run/secrets/kubernetes.io'],
  ['/secretFiles/mountPath', '/var/run/secrets/../../proc'],
  ['/secretFiles/defaultMode', 511, '/secretFiles'],
  // What the platform gives: open, but typed where it is known.
  ['/environment', null, ''],
  ['/environment/domain', 'no domain'],
  ['/environment/gateway', 'public'],
  ['/environment/gateway/name', 7],
  ['/environment/gateway/sources/cidrs', '10.0.0.0/8'],
  ['/environment/gateway/sources/cidrs/0', '10.0.0.0'],
  ['/environment/gateway/sources/cidrs/0', '10.0.0.0/33'],
  ['/environment/gateway/sources/namespaceLabels', ['a']],
  ['/environment/secretStore/server', 'http://vault.example:8200'],
  ['/environment/secretStore/prefix', '/production'],
  ['/environment/secretStore/tokenRequester', { name: 'external-secrets' }],
  ['/environment/imagePullSecret', ''],
  ['/owner', 'team a'],
];

/** Names of variables that must be refused: those that the chart sets, those of secrets, and invalid ones. */
const BAD_NAMES: readonly (readonly [path: string, value: unknown])[] = [
  ...['PORT', 'REVISION', 'DRAIN_DELAY_MS', 'CLOSE_TIMEOUT_MS', 'TRUST_PROXY'].map(inEnv),
  ...['DB_PASSWORD', 'API_TOKEN', 'SECRET', 'AWS_ACCESS_KEY', 'TLS_PRIVATE_KEY'].map(inEnv),
  ...['log-level', 'A B', '1ST', 'a', ''].map(inEnv),
  ['/egress/A b', { internet: true }],
  ['/environment/gateway/sources/namespaceLabels/a b', 'x'],
];

function inEnv(name: string): readonly [string, unknown] {
  return [`/env/${name}`, 'x'];
}

/** Values that a schema cannot check; the templates refuse them, with the remedy. */
const CONTRADICTIONS: readonly (readonly [name: string, more: Values, refusal: string])[] = [
  [
    'fewer pods at most than at least',
    { autoscaling: { minReplicas: 5, maxReplicas: 3 } },
    'autoscaling.maxReplicas 3 is below minReplicas 5: raise it',
  ],
  [
    'more memory asked for than allowed',
    { resources: { requests: { memory: '1Gi' }, limits: { memory: '1023Mi' } } },
    'resources.requests.memory 1Gi is above resources.limits.memory 1023Mi',
  ],
  [
    'a name that is not the environment’s',
    { route: { paths: ['/v1'], hostname: 'bank.example.com' } },
    'route.hostname "bank.example.com" is not below the environment\'s domain "apps.example.com"',
  ],
];

describe.skipIf(!hasHelm)('the schema', async () => {
  const sets = [...BAD, ...BAD_NAMES].map(([path, value]) => withValue(EVERYTHING, path, value));
  const outcomes = hasHelm ? await outcomesOf(sets) : [];

  test('accepts the values that each of these spoils', async () => {
    const [outcome] = await outcomesOf([EVERYTHING]);
    expect(outcome?.refusal).toBeUndefined();
  });

  test.each(BAD.map(([path, value, seenAt = path], at) => ({ path, value, seenAt, at })))(
    'refuses $value at $path, and names the place',
    ({ seenAt, at }) => {
      const places = [...(outcomes[at]?.refusal ?? '').matchAll(/^ *- at '([^']*)'/gm)].map(
        ([, place]) => place,
      );
      expect(places).not.toEqual([]);
      // A choice names every way that was not taken, so the place is where all complaints meet.
      for (const place of places) expect(place).toSatisfy((found: string) => found.startsWith(seenAt));
    },
  );

  test.each(BAD_NAMES.map(([path], at) => ({ path, at })))('refuses a name like $path', ({ path, at }) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    expect(outcomes[BAD.length + at]?.refusal).toContain(`invalid propertyName '${name}'`);
  });
});

describe.skipIf(!hasHelm)('the templates', () => {
  test.each(CONTRADICTIONS)('refuse %s', async (_, more, refusal) => {
    const [outcome] = await outcomesOf([{ ...EVERYTHING, ...more }]);
    expect(outcome?.refusal).toContain(refusal);
  });
});
