import { describe, expect, test } from 'vitest';
import { APP_RULES } from '@slipway/gitops/render';
import { edited } from '../support/edit.ts';
import { problemsOf } from '../support/problems.ts';
import { EVERYTHING, hasHelm, manifestsOf } from '../support/service-chart.ts';

/** A field that does not exist, in every kind, at every depth. */
const UNKNOWN = [
  ['Deployment', '/spec/template/spec/containers/0/readOnlyRootFilesystem', true],
  ['Deployment', '/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalations', false],
  ['Deployment', '/spec/template/spec/topologySpreadConstraints/0/topologykey', 'zone'],
  ['Deployment', '/replicas', 2],
  ['Service', '/spec/port', 80],
  ['ServiceAccount', '/automountToken', false],
  ['HorizontalPodAutoscaler', '/spec/metrics/0/resource/targets', {}],
  ['NetworkPolicy', '/spec/ingress/0/sources', []],
  ['PodDisruptionBudget', '/spec/unhealthyPodEviction', 'AlwaysAllow'],
  ['HTTPRoute', '/spec/rules/0/timeout', '10s'],
  ['Role', '/rules/0/resource', ['*']],
  ['RoleBinding', '/roleRef/namespace', 'api'],
  ['ExternalSecret', '/spec/target/deletionpolicy', 'Retain'],
  ['SecretStore', '/spec/provider/vault/caBundles', ''],
  ['TargetGroupConfiguration', '/spec/defaultConfiguration/healthCheckConfig/path', '/readyz'],
] as const;

const FIELDS = APP_RULES.filter(({ id }) => id === 'known-fields');

describe.skipIf(!hasHelm)('the rule known-fields', async () => {
  const good = hasHelm ? await manifestsOf(EVERYTHING) : [];

  test('knows every field of the chart’s objects with every option', async () => {
    expect(await problemsOf(FIELDS, good)).toEqual([]);
  });

  test.each(UNKNOWN)('finds in a %s the field %s, which it does not have', async (kind, path, value) => {
    const broken = edited(good, { kind, path, value });
    const { name } = broken.find((manifest) => manifest.kind === kind)?.metadata ?? {};
    expect(await problemsOf(FIELDS, broken)).toMatchObject([{ place: `${kind}/${name} ${path}` }]);
  });

  test('has an example in each kind that the chart renders', () => {
    expect(new Set(UNKNOWN.map(([kind]) => kind))).toEqual(new Set(good.map(({ kind }) => kind)));
  });

  test('leaves maps and free-form values alone', async () => {
    const labels = edited(good, { kind: 'Service', path: '/metadata/labels/any', value: 'x' });
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { any: 'x' } };
    const free = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'x' },
      spec: {
        project: 'p',
        destination: {},
        source: { repoURL: 'r', helm: { valuesObject: { any: { depth: 1 } } } },
      },
    };
    expect(await problemsOf(FIELDS, [...labels, config, free])).toEqual([]);
  });
});
