import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Manifest, Values } from '@slipway/gitops/render';
import { SERVICE_CHART } from '../support/charts.ts';
import { valueRows, valuesTable, withPart, type Schema } from '../support/values-table.ts';
import { EVERYTHING, hasHelm, manifestsOf as manifestsOfApp, only } from '../support/service-chart.ts';
import { FEWEST, manifestsOf, PLATFORM, ROOT } from '../support/platform-chart.ts';

const readSchema = async (chart: string): Promise<Schema> =>
  JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8')) as Schema;

/** A block that takes no unknown key, at any depth. */
function closed(schema: Schema): Schema {
  if (!schema.properties) return schema;
  const properties = Object.entries(schema.properties).map(([key, value]) => [key, closed(value)] as const);
  return { ...schema, properties: Object.fromEntries(properties), additionalProperties: false };
}

/** The only object of a kind and name, as far as these tests look. */
const find = (manifests: readonly Manifest[], kind: string, name: string) =>
  only<{ metadata: object; spec: Record<string, unknown> }>(manifests, kind, name);

describe('the environment block of the platform', () => {
  test('has the keys of the service chart’s, and takes no other', async () => {
    const [platform, service] = await Promise.all([readSchema(PLATFORM), readSchema(SERVICE_CHART)]);
    const { description: ours, ...block } = platform.properties?.['environment'] ?? {};
    const { description: theirs, ...expected } = closed(service.properties?.['environment'] ?? {});
    expect(block).toEqual(expected);
    expect([ours, theirs]).not.toContain(undefined);
    expect(service.$defs).toMatchObject(
      Object.fromEntries(Object.entries(platform.$defs ?? {}).filter(([name]) => name !== 'gitRepository')),
    );
  });
});

describe.skipIf(!hasHelm)('values of the platform', () => {
  const refused: [string, Values, string][] = [
    ['a mistyped key of the environment block', { environment: { gatway: {} } }, "'gatway' not allowed"],
    ['a mistyped key', { keepWhenRemove: true }, "'keepWhenRemove' not allowed"],
    ['no repository', { repository: '' }, "at '/repository'"],
    [
      'a repository with a password in it',
      { repository: 'https://u:p@git.example/a.git' },
      "at '/repository'",
    ],
    ['no ledger branch', { ledger: { branch: '' } }, "at '/ledger/branch'"],
    ['a folder that leaves the branch', { ledger: { branch: 'x', folder: '../y' } }, "at '/ledger/folder'"],
    ['a prefix that fits every namespace', { namespacePrefix: '' }, "at '/namespacePrefix'"],
    ['a window without an end', { syncWindows: [{ kind: 'deny', schedule: '0 1 * * *' }] }, 'duration'],
    [
      'a template in the environment block',
      { environment: { gateway: { controller: '{{ .image.tag }}' } } },
      'environment contains {{ }}',
    ],
  ];

  test.each(refused)('are refused: %s', async (_, values, complaint) => {
    await expect(manifestsOf({ ...FEWEST, ...values })).rejects.toThrow(complaint);
  });

  test('decide whether the objects of a removed release stay', async () => {
    for (const chart of [PLATFORM, ROOT]) {
      for (const keepWhenRemoved of [true, false]) {
        const manifests = await manifestsOf({ ...FEWEST, keepWhenRemoved }, chart);
        const { spec } = find(manifests, 'ApplicationSet', chart === ROOT ? 'platform' : 'apps');
        expect(spec).toMatchObject({ syncPolicy: { preserveResourcesOnDeletion: keepWhenRemoved } });
        expect('finalizers' in (spec['template'] as { metadata: object }).metadata).toBe(!keepWhenRemoved);
      }
    }
  });

  test('name the only namespaces that an app may go to', async () => {
    const manifests = await manifestsOf({ ...FEWEST, namespacePrefix: 'blue-' });
    expect(find(manifests, 'AppProject', 'apps').spec).toMatchObject({
      destinations: [{ namespace: 'blue-*' }],
    });
    expect(find(manifests, 'ApplicationSet', 'apps').spec).toMatchObject({
      template: { spec: { destination: { namespace: 'blue-{{ .path.basename }}' } } },
    });
  });
});

describe.skipIf(!hasHelm)('the project of the apps', () => {
  test('allows the kinds that the service chart renders, and those that Kubernetes creates from them', async () => {
    const { spec } = find(await manifestsOf(FEWEST), 'AppProject', 'apps');
    const named = (spec['namespaceResourceWhitelist'] as { group: string; kind: string }[]).map(
      ({ group, kind }) => `${group} ${kind}`,
    );
    const made = (await manifestsOfApp(EVERYTHING)).map(({ apiVersion, kind }) => {
      const [group = '', version] = apiVersion.split('/');
      return `${version === undefined ? '' : group} ${kind}`;
    });
    const shown = [' Pod', 'apps ReplicaSet', 'discovery.k8s.io EndpointSlice'];
    expect(named.toSorted()).toEqual([...new Set([...made, ...shown])].sort());
  });
});

describe('the platform’s README', () => {
  test('lists the values as the schema has them', async () => {
    const defaults: unknown = parse(await readFile(join(PLATFORM, 'values.yaml'), 'utf8'));
    const rows = valueRows(await readSchema(PLATFORM), defaults);
    const own = rows.filter(({ key }) => !key.startsWith('environment.'));
    expect(own.filter(({ description }) => description === '')).toEqual([]);
    const file = join(PLATFORM, 'README.md');
    const whole = withPart(await readFile(file, 'utf8'), 'values', valuesTable(own));
    const fresh = await format(whole, { ...(await resolveConfig(file)), parser: 'markdown' });
    await expect(fresh, 'The table is stale: npx vitest run -u').toMatchFileSnapshot(file);
  });
});
