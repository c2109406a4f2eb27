import { describe, expect, test } from 'vitest';
import { unknownFields } from '../../src/rules/known-fields.ts';
import { edited } from '../edit.ts';
import { EVERYTHING, hasHelm, manifestsOf } from '../service-chart.ts';

/** A field that nobody knows, in every kind, at every depth. */
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

describe.skipIf(!hasHelm)('the compiler', async () => {
  const good = hasHelm ? await manifestsOf(EVERYTHING) : [];

  test('knows every field of what the chart renders with every option', () => {
    expect(unknownFields(good)).toEqual([]);
  });

  test('finds a field that a kind does not have, in each kind that the chart renders', () => {
    const broken = UNKNOWN.map(([kind, path, value]) =>
      edited(good, { kind, path, value }).filter((manifest) => manifest.kind === kind),
    );
    const found = unknownFields(broken.map(([first]) => first).filter((one) => one !== undefined));
    expect(
      found.map(({ place, message }) => [place.split('/')[0], /'"?(\w+)"?'/.exec(message)?.[1]]),
    ).toEqual(UNKNOWN.map(([kind, path]) => [kind, path.split('/').at(-1)]));
    expect(new Set(UNKNOWN.map(([kind]) => kind))).toEqual(new Set(good.map(({ kind }) => kind)));
  });

  test('finds a value of a wrong type where no schema is at hand', () => {
    const broken = edited(good, {
      kind: 'TargetGroupConfiguration',
      path: '/spec/defaultConfiguration/targetType',
      value: 'node',
    });
    expect(unknownFields(broken)).toEqual([
      {
        rule: 'known-fields',
        place: 'TargetGroupConfiguration/api',
        message: expect.stringContaining('"node"') as string,
      },
    ]);
  });
});
