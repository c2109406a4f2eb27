import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildImage } from '../../src/build/build-image.ts';
import { diffImages, type ImageDiff } from '../../src/read/diff-images.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry } from '../support/fake-registry.ts';
import { smallBase } from '../support/small-base.ts';
import { smallImage } from '../support/small-image.ts';
import { writeFiles } from '../support/temp-folder.ts';

const credentials = async () => undefined;
const layersOf = ({ platforms }: ImageDiff) =>
  Object.fromEntries((platforms[0]?.layers ?? []).map((layer) => [layer.name, layer]));
const nothing = { added: [], removed: [], changed: [] };

/** An image, and a second one with one file added, one removed, two changed, and an additional layer. */
async function twoImages() {
  const image = await smallImage();
  const { bundle, blobs, folder } = image;
  await rm(join(bundle, 'assets'), { recursive: true });
  await writeFiles(bundle, {
    'main.mjs': '#!/usr/bin/env node',
    'more.mjs': 'added',
    'node_modules/a/index.js': 'b',
    'main.mjs.map': '{}',
  });
  const next = join(folder, 'next');
  const options = { bundle, output: next, base: image.base, name: 'small', sourceMaps: true };
  return { ...image, blobs, next, after: await buildImage(options) };
}

describe('the difference of two images', () => {
  test('names files that were added, removed and changed, by layer, with their bytes', async () => {
    const { layout, next, blobs, result, after } = await twoImages();
    const diff = await diffImages({ before: layout, after: `oci:${next}`, blobs });
    expect(diff).toMatchObject({ before: result.digest, after: after.digest, onlyBefore: [], onlyAfter: [] });
    expect(diff.platforms.map(({ platform }) => platform)).toEqual(['linux/amd64']);
    const size = (name: string, { layers }: typeof result) =>
      layers.find((layer) => layer.name === name)?.size ?? 0;
    const bytes = (name: string) => ({ name, before: size(name, result), after: size(name, after) });
    expect(layersOf(diff)).toEqual({
      base: { name: 'base', before: 2560, after: 2560, ...nothing },
      external: {
        ...bytes('external'),
        ...nothing,
        changed: [{ path: '/app/node_modules/a/index.js', before: 1, after: 1 }],
      },
      assets: { ...bytes('assets'), ...nothing, removed: [{ path: '/app/assets/page.html', size: 3 }] },
      app: {
        ...bytes('app'),
        ...nothing,
        added: [{ path: '/app/more.mjs', size: 5 }],
        changed: [{ path: '/app/main.mjs', before: 20, after: 19 }],
      },
      maps: { ...bytes('maps'), ...nothing, added: [{ path: '/app/main.mjs.map', size: 2 }] },
    });
  });

  test('is the same in a registry, and fetches only layers that differ', async () => {
    const { layout, next, blobs, result, after } = await twoImages();
    const registry = await fakeRegistry();
    const to = `${registry.host}/team/app`;
    for (const folder of [layout, next]) await pushImage({ layout: folder, blobs, to, credentials });
    const from = registry.seen.length;
    const diff = await diffImages({
      before: `${to}@${result.digest}`,
      after: `${to}@${after.digest}`,
      credentials,
    });
    expect(diff).toEqual(await diffImages({ before: layout, after: next, blobs }));
    const fetched = registry.seen.slice(from).filter(({ path }) => path.includes('/blobs/'));
    // Two configurations; external and app twice, assets and maps once; the base never.
    expect(fetched).toHaveLength(8);
    expect(fetched.some(({ path }) => path.endsWith(result.base.digest ?? '-'))).toBe(false);
  });

  test('includes a changed base, and reports a missing layer', async () => {
    const { bundle, blobs, folder, layout } = await smallImage('#!');
    const [base, output] = [await smallBase(blobs, 'patched'), join(folder, 'next')];
    await buildImage({ bundle, output, base, name: 'small' });
    const { base: changed } = layersOf(await diffImages({ before: layout, after: output, blobs }));
    expect(changed?.changed).toEqual([{ path: '/etc/base', before: 4, after: 7 }]);
    const missing = await failureOf(diffImages({ before: layout, after: output }));
    expect(missing.code).toBe('blob-missing');
  });

  test('lists the platforms of only one image, and can be limited to one platform', async () => {
    const { bundle, blobs, folder, layout } = await smallImage();
    const bases = ['amd64', 'arm64'].map(async (architecture) => ({
      ...(await smallBase(blobs)),
      platform: { os: 'linux', architecture },
    }));
    const output = join(folder, 'both');
    await buildImage({ bundle, output, bases: await Promise.all(bases), name: 'small' });
    const diff = await diffImages({ before: layout, after: output, blobs, platform: 'linux/amd64' });
    expect(diff).toMatchObject({ onlyBefore: [], onlyAfter: ['linux/arm64'] });
    expect(Object.values(layersOf(diff)).every(({ changed }) => changed.length === 0)).toBe(true);
    const wrong = diffImages({ before: layout, after: output, blobs, platform: 'linux/arm64' });
    expect((await failureOf(wrong)).message).toContain('platforms of both images: linux/amd64');
  });

  test('of a missing image names it', async () => {
    const [{ layout }, registry, digest] = [
      await smallImage(),
      await fakeRegistry(),
      `sha256:${'0'.repeat(64)}`,
    ];
    const before = `${registry.host}/team/app@${digest}`;
    const failure = await failureOf(diffImages({ before, after: layout, credentials }));
    expect([failure.code, failure.value]).toEqual(['image-missing', digest]);
    const tagged = `${registry.host}/team/app:v1`;
    const named = await failureOf(diffImages({ before: tagged, after: layout, credentials }));
    expect([named.code, named.value]).toEqual(['invalid-input', tagged]);
  });
});
