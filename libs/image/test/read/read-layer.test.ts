import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { digestOf } from '../../src/oci/digest.ts';
import type { PlatformImage } from '../../src/layout/open-image.ts';
import { readLayer } from '../../src/read/read-layer.ts';
import { mediaTypes } from '../../src/oci/schemas.ts';
import { failureOf } from '../support/failure-of.ts';
import { rawEntry, rawTar } from '../support/raw-tar.ts';

const megabyte = 1024 ** 2;

/** An archive with an empty file and 64 MB of padding, which gzip compresses by a factor of 1000. */
const archive = Buffer.concat([rawTar(rawEntry('a', '0')), Buffer.alloc(64 * megabyte)]);
const blob = gzipSync(archive);
const layer = { mediaType: mediaTypes.layerGzip, digest: digestOf(blob), size: blob.length };

async function readPaths(limits?: Parameters<typeof readLayer>[3]): Promise<string[]> {
  const open = async () =>
    (async function* () {
      yield blob;
    })();
  const platform = { manifest: { layers: [layer] }, config: { rootfs: { diff_ids: [digestOf(archive)] } } };
  const source = async () => ({ open });
  const members = await Array.fromAsync(
    readLayer({ source }, platform as unknown as PlatformImage, 0, limits),
  );
  return members.map(({ path }) => path);
}

test.each([
  ['it is small', undefined],
  ['it is below the limits', { size: 100 * megabyte, ratio: 1500, anyRatio: 0 }],
  ['the ratio is not limited', { size: 100 * megabyte, ratio: 1, anyRatio: 65 * megabyte }],
])('a layer that unpacks to a thousand times its size is read if %s', async (_, limits) => {
  expect(await readPaths(limits)).toEqual(['a']);
});

test.each([
  ['the size limit', { size: 10 * megabyte, ratio: 1500, anyRatio: 100 * megabyte }, 10 * megabyte],
  ['the ratio limit', { size: 100 * megabyte, ratio: 500, anyRatio: megabyte }, 500 * layer.size],
])('a layer above %s is refused with its digest', async (_, limits, most) => {
  const failure = await failureOf(readPaths(limits));
  expect([failure.code, failure.value]).toEqual(['archive-invalid', layer.digest]);
  expect(failure.message).toContain(`of ${layer.size} bytes unpacks to more than ${most}: do not use it`);
});
