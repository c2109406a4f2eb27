import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProgram, readStack, synthStack, UNKNOWN } from '../../src/index.ts';

describe("a stack's folder", () => {
  let folder: string;
  const write = (files: Record<string, string>) => {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-stack-'));
    write({
      'Pulumi.yaml': 'name: shop\nruntime: nodejs\n',
      'Pulumi.test.yaml':
        'config:\n  shop:size: 3\n  shop:list: [a, b]\n  shop:token: { secure: AAABAA== }\n  shop:deep: { a: { secure: x } }\n',
      'index.ts': 'export default () => ({});\nexport const policies = [];\n',
    });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read with its configuration in the form of the engine and with placeholders for secrets', async () => {
    write({ 'lookups.json': '{ "a:b:c": { "x": 1 } }' });
    expect(await readStack(folder)).toEqual({
      folder,
      project: 'shop',
      stack: 'test',
      main: 'index.ts',
      config: {
        'shop:size': '3',
        'shop:list': '["a","b"]',
        'shop:token': '[encrypted shop:token]',
        'shop:deep': '{"a":"[encrypted]"}',
      },
      secretKeys: ['shop:token', 'shop:deep'],
      lookups: { 'a:b:c': { x: 1 } },
    });
  });

  it('gives the graph of its program', async () => {
    const component = `
      export default async () => {
        const pulumi = (await import('${import.meta.resolve('@pulumi/pulumi')}')).default;
        new pulumi.CustomResource('test:index:Thing', 'one', { size: new pulumi.Config().requireNumber('size') });
      };`;
    write({ 'index.ts': component });
    const { resources } = await synthStack(await readStack(folder));
    expect(resources).toEqual([expect.objectContaining({ name: 'one', inputs: { size: 3 } })]);
    expect(JSON.stringify(resources)).not.toContain(UNKNOWN);
  });

  it.each([
    [{ 'Pulumi.yaml': 'nam: x' }, 'Pulumi.yaml: name and main must be text. Write the stack'],
    [{ 'Pulumi.yaml': '[]' }, 'Pulumi.yaml must contain a map of keys.'],
    [{ 'Pulumi.yaml': 'a: b: c' }, 'Pulumi.yaml is not valid YAML: Nested mappings'],
    [{ 'Pulumi.test.yaml': '- a' }, 'Pulumi.test.yaml must contain a map of keys.'],
    [
      { 'Pulumi.test.yaml': 'config: [a]' },
      'Pulumi.test.yaml: config must be a map of PROJECT:NAME to values.',
    ],
    [{ 'Pulumi.test.yaml': 'config: { size: 3 }' }, 'Pulumi.test.yaml: the key "size" must be PROJECT:NAME.'],
    [
      { 'Pulumi.other.yaml': '' },
      'is for the stacks other, test. A folder must have exactly one Pulumi.<environment>.yaml',
    ],
    [{ 'lookups.json': '{' }, 'lookups.json is not valid JSON: '],
    [
      { 'lookups.json': '{ "a:b:c": 1 }' },
      'lookups.json must contain a JSON object of answers (objects) by function token',
    ],
  ])('is refused if a file breaks its rules: %j', async (files, message) => {
    write(files);
    await expect(readStack(folder)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message),
    });
    await expect(readStack(folder)).rejects.toThrow(folder);
  });

  it('is refused without Pulumi.yaml or without the configuration of a stack', async () => {
    rmSync(join(folder, 'Pulumi.yaml'));
    await expect(readStack(folder)).rejects.toMatchObject({ code: 'usage', value: folder });
    write({ 'Pulumi.yaml': 'name: shop' });
    rmSync(join(folder, 'Pulumi.test.yaml'));
    await expect(readStack(folder)).rejects.toThrow('is for no stack.');
  });

  it('needs a program that can be imported and is a function', async () => {
    const load = async (main: string, text?: string) => {
      if (text !== undefined) write({ [main]: text });
      return loadProgram({ folder, main });
    };
    expect((await load('index.ts')).policies).toEqual([]);
    await expect(load('gone.ts')).rejects.toThrow(
      `gone.ts does not exist. Correct main in ${folder}/Pulumi.yaml, which names this file`,
    );
    await expect(load('throws.ts', 'throw new Error("no size");')).rejects.toThrow(
      'throws.ts cannot be imported: no size. Create resources in the function',
    );
    await expect(load('none.ts', 'export const a = 1;')).rejects.toThrow('must export a function by default');
  });
});
