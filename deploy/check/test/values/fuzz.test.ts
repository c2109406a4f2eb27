import fc from 'fast-check';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { describe, expect, test } from 'vitest';
import { APP_RULES, type Values } from '@slipway/gitops/render';
import type { Outcome } from '../support/render-many.ts';
import { problemsOf } from '../support/problems.ts';
import { DEEP, SEED } from '../support/seed.ts';
import { EVERYTHING, hasHelm, only, outcomesOf, RELEASE } from '../support/service-chart.ts';

const FILES = DEEP ? 500 : 60;

/** Valid values, at the limits and between. */
const RIGHT: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  replicas: fc.constantFrom(1, 2, 3, 100),
  autoscaling: fc.oneof(
    fc.constant({}),
    fc.record({ maxReplicas: fc.integer({ min: 2, max: 100 }) }),
    fc.record({
      minReplicas: fc.integer({ min: 2, max: 9 }),
      maxReplicas: fc.integer({ min: 9, max: 100 }),
      cpuPercent: fc.integer({ min: 10, max: 95 }),
    }),
  ),
  port: fc.constantFrom(1024, 8080, 65535),
  owner: fc.constantFrom('', 'team-a'),
  env: fc.dictionary(fc.constantFrom('A', 'NO', 'ON', 'LOG_LEVEL', '_X1'), fc.string({ maxLength: 20 })),
  resources: fc.record({
    requests: fc.record({ cpu: fc.constantFrom('1m', '2', '99999m'), memory: fc.constantFrom('1Mi', '1Gi') }),
    limits: fc.record({ memory: fc.constantFrom('1Gi', '1024Mi', '999999Gi') }),
  }),
  probes: fc.record({
    liveness: fc.constantFrom('/', '/healthz', '/a/b.c'),
    readiness: fc.constantFrom('/readyz', '/ready~1'),
    startupSeconds: fc.integer({ min: 2, max: 900 }),
  }),
  shutdown: fc.record({
    preStopSeconds: fc.integer({ min: 5, max: 60 }),
    drainSeconds: fc.integer({ min: 0, max: 120 }),
    closeSeconds: fc.integer({ min: 0, max: 300 }),
  }),
  route: fc.record({
    paths: fc.uniqueArray(fc.constantFrom('/', '/v1', '/a/b', '/x.y'), { maxLength: 4 }),
    hostname: fc.constantFrom('', 'www.apps.example.com'),
  }),
  egress: fc.constantFrom(
    {},
    { a: { internet: true } },
    { on: { cidrs: ['10.1.0.0/16'], ports: [1, 65535] }, b: { app: 'orders', ports: [8080] } },
  ),
  secretFiles: fc.record({
    name: fc.constantFrom('', 'keys', 'on'),
    mountPath: fc.constant('/run/secrets/x'),
  }),
  tmpSize: fc.constantFrom('', '1Mi', '2Gi'),
  environment: fc.constantFrom({}, EVERYTHING.environment, { secretStore: {}, gateway: {}, later: [1] }),
};

/** Values that a person may write by mistake, or on purpose. */
const WRONG: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, '', true, 0, -1, 1e21, [], {}, 'latest', '../..', '0.0.0.0/0', '{{ .Values }}'),
  fc.constantFrom(
    { privileged: true },
    { securityContext: { runAsUser: 0 } },
    [{ name: 'x', image: 'busybox' }],
    { hostPath: { path: '/' } },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

const KEYS = [...Object.keys(RIGHT), 'image', 'global', 'securityContext', 'hostNetwork', 'podSpec'];

/** A values file of valid values with up to two wrong ones: top-level keys, or keys inside. */
const VALUES: fc.Arbitrary<Values> = fc
  .record({
    right: fc.record(RIGHT, { requiredKeys: [] }),
    wrong: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(fc.tuple(fc.constantFrom(...KEYS), WRONG), { maxLength: 2 }) },
    ),
    inside: fc.option(
      fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom('name', 'tag', 'extra', 'limits'), WRONG),
      {
        freq: 4,
      },
    ),
  })
  .map(({ right, wrong, inside }) => spoiled({ ...RELEASE, ...right, ...Object.fromEntries(wrong) }, inside));

function spoiled(values: Values, inside: readonly [string, string, unknown] | null): Values {
  if (!inside) return values;
  const [key, field, value] = inside;
  const old = values[key];
  return typeof old === 'object' && old !== null ? { ...values, [key]: { ...old, [field]: value } } : values;
}

/** A refusal that a person can act on: by the schema or by a message of the chart, not a template that failed. */
const IN_WORDS =
  /don't meet the specifications|^v\d+:\n- at |: (raise it|raise the limit|use a name|use a word)/;

describe.skipIf(!hasHelm)('any values file', async () => {
  const files = fc.sample(VALUES, { numRuns: FILES, seed: SEED });
  const outcomes: readonly Outcome[] = hasHelm ? await outcomesOf(files) : [];
  const rendered = outcomes.flatMap(({ manifests }) => (manifests ? [manifests] : []));

  test(`is refused with a message, or renders objects that break no rule (${FILES} files, seed ${SEED})`, async () => {
    const looks = outcomes.map(async ({ manifests, refusal }, at) => {
      if (!manifests) return IN_WORDS.test(refusal) ? [] : [{ values: JSON.stringify(files[at]), refusal }];
      const problems = await problemsOf(APP_RULES, manifests);
      return problems.length > 0 ? [{ values: JSON.stringify(files[at]), problems }] : [];
    });
    expect((await Promise.all(looks)).flat()).toEqual([]);
  });

  test(`renders no image without a digest and no privileged container (seed ${SEED})`, () => {
    const containers = rendered.flatMap((manifests) => {
      const pod = only<IDeployment>(manifests, 'Deployment').spec?.template.spec;
      return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
    });
    const digest = /@sha256:[0-9a-f]{64}$/;
    expect(containers.filter(({ image = '' }) => !digest.test(image))).toEqual([]);
    expect(containers.filter(({ securityContext }) => securityContext?.privileged)).toEqual([]);
    expect(containers).toHaveLength(rendered.length);
  });

  test(`is sometimes refused and sometimes not, or the two above say nothing (seed ${SEED})`, () => {
    expect(rendered.length).toBeGreaterThan(FILES / 6);
    expect(outcomes.length - rendered.length).toBeGreaterThan(FILES / 6);
  });
});
