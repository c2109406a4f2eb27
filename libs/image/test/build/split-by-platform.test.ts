import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildImage } from '../../src/build/build-image.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { unpackImage } from '../../src/read/unpack-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { basesFor } from '../support/small-base.ts';
import { elf } from '../support/raw-elf.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const addon = 'node_modules/sharp/sharp.node';

async function build(files: Parameters<typeof writeFiles>[1], architectures = ['amd64', 'arm64']) {
  const folder = await tempFolder();
  const [blobs, layout] = [join(folder, 'blobs'), join(folder, 'layout')];
  const bundle = await writeFiles(join(folder, 'bundle'), { 'main.mjs': 'x', ...files });
  const bases = await basesFor(blobs, architectures);
  const result = await buildImage({ bundle, output: layout, bases, name: 'app' });
  return { folder, blobs, layout, result };
}

describe('files for one platform', () => {
  const files = {
    'node_modules/plain/index.js': 'plain',
    [`platforms/linux-amd64/${addon}`]: elf(62),
    [`platforms/linux-arm64/${addon}`]: elf(183),
    'platforms/linux-arm64/node_modules/link': { link: 'sharp/sharp.node' },
  };

  test('are only in the image for that platform, without the platform in their path; other files are shared', async () => {
    const { folder, blobs, layout, result } = await build(files);
    expect(result.layers.map(({ name, platform }) => [name, platform])).toEqual([
      ['external', undefined],
      ['app', undefined],
      ['external', 'linux/amd64'],
      ['external', 'linux/arm64'],
    ]);
    await pushImage({ layout, blobs, to: `oci:${join(folder, 'repository')}` });
    await checkLayout(join(folder, 'repository'));
    for (const [platform, machine] of [
      ['linux/amd64', 62],
      ['linux/arm64', 183],
    ] as const) {
      const output = join(folder, `root-${machine}`);
      await unpackImage({ layout, blobs, output, platform });
      expect((await readFile(join(output, 'app', addon))).readUInt16LE(18)).toBe(machine);
      expect(await readFile(join(output, 'app/node_modules/plain/index.js'), 'utf8')).toBe('plain');
    }
    const one = await build(files, ['amd64']);
    expect(one.result.layers.map(({ platform }) => platform)).toEqual([undefined, undefined, 'linux/amd64']);
    expect(one.result.platforms[0]).toEqual(result.platforms[0]);
  });

  test.each([
    ['for another processor', { [`platforms/linux-arm64/${addon}`]: elf(62) }, addon],
    ['also for all', { 'a.mjs': 'x', 'platforms/linux-arm64/a.mjs': 'y' }, 'platforms/linux-arm64/a.mjs'],
    ['for npm’s word', { 'platforms/linux-x64/a.mjs': 'y' }, 'platforms/linux-x64/a.mjs'],
    [
      'linked to files outside their folder',
      { 'platforms/linux-arm64/a': { link: '../../main.mjs' } },
      'platforms/linux-arm64/a',
    ],
  ])('are refused if they are %s', async (_, wrong, value) => {
    const failure = await failureOf(build(wrong));
    expect([failure.code, failure.value]).toEqual(['bundle-refused', value]);
  });
});
