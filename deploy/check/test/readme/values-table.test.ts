import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SERVICE_CHART } from '../support/charts.ts';
import { valueRows, valuesTable, withPart, type Schema } from '../support/values-table.ts';

const README = join(SERVICE_CHART, 'README.md');

async function chartRows() {
  const schema = JSON.parse(await readFile(join(SERVICE_CHART, 'values.schema.json'), 'utf8')) as Schema;
  const defaults: unknown = parse(await readFile(join(SERVICE_CHART, 'values.yaml'), 'utf8'));
  return valueRows(schema, defaults);
}

describe('the chart’s README', () => {
  test('lists the values as the schema has them', async () => {
    const rows = await chartRows();
    const isPlatforms = ({ key }: { key: string }) => key.startsWith('environment');
    const readme = await readFile(README, 'utf8');
    const apps = withPart(readme, 'values', valuesTable(rows.filter((row) => !isPlatforms(row))));
    const whole = withPart(apps, 'environment', valuesTable(rows.filter(isPlatforms)));
    const fresh = await format(whole, { ...(await resolveConfig(README)), parser: 'markdown' });
    await expect(fresh, 'The table is stale: npx vitest run -u').toMatchFileSnapshot(README);
  });

  test('has a description for every key', async () => {
    const silent = (await chartRows()).filter(({ description }) => description === '');
    expect(silent).toEqual([]);
  });
});

describe('a values table', () => {
  test('has a row for each key at each depth, with its default', () => {
    const schema: Schema = {
      properties: {
        global: { type: 'object' },
        port: { type: 'integer', minimum: 1, maximum: 9, description: 'The port.' },
        probes: { type: 'object', description: 'Probes.', properties: { path: { $ref: '#/$defs/path' } } },
        egress: { type: 'object', additionalProperties: { properties: { internet: { const: true } } } },
      },
      $defs: { path: { type: 'string' } },
    };
    const rows = valueRows(schema, { port: 8, probes: { path: '/' }, egress: {} });
    expect(rows).toEqual([
      { key: 'port', type: 'integer 1 to 9', standard: '8', description: 'The port.' },
      { key: 'probes', type: 'object', standard: '', description: 'Probes.' },
      { key: 'probes.path', type: 'string', standard: '"/"', description: '' },
      { key: 'egress', type: 'object', standard: '{}', description: '' },
      { key: 'egress.<name>.internet', type: 'true', standard: '', description: '' },
    ]);
  });

  test('is refused if the text has no place for it', () => {
    expect(() => withPart('# Title\n', 'values', 'x')).toThrow('The text has no <!-- values -->');
  });
});
