import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Base } from '../src/base/base.ts';
import { addBlob, blobPath } from '../src/layout/blob-folder.ts';
import { buildImage } from '../src/build/build-image.ts';
import { fileChunks } from '../src/disk/read-chunks.ts';
import { embeddedBase } from '../src/base/embedded-base.ts';
import { gzip } from '../src/archive/gzip.ts';
import { mediaTypes } from '../src/oci/schemas.ts';
import type { BaseLock } from '../src/base/pinned-base.ts';
import { pushImage } from '../src/push/push-image.ts';

/** A base image like a public one: the running Node in a compressed layer, for two platforms. */
export async function pushedBase(folder: string, host: string): Promise<{ lock: BaseLock; file: string }> {
  const [blobs, bundle] = [join(folder, 'base-blobs'), join(folder, 'base-bundle')];
  const { layers, diffIds, ...base } = await embeddedBase({ blobs });
  const whole = blobPath(blobs, layers[0]?.digest ?? '');
  const blob = await addBlob(blobs, gzip(fileChunks(whole), 1));
  const packed = { ...base, layers: [{ mediaType: mediaTypes.layerGzip, ...blob }], diffIds };
  const bases = ['amd64', 'arm64'].map((architecture): Base => {
    return { ...packed, platform: { os: 'linux', architecture } };
  });
  await mkdir(bundle);
  await writeFile(join(bundle, 'main.mjs'), '');
  const layout = join(folder, 'base-layout');
  const { digest } = await buildImage({ bundle, output: layout, bases, name: 'base' });
  const name = `${host}/base/node`;
  await pushImage({ layout, blobs, to: name, tags: ['nonroot'], credentials: async () => undefined });
  const lock: BaseLock = { name, tag: 'nonroot', digest };
  const file = join(folder, 'base.lock.json');
  await writeFile(file, JSON.stringify(lock));
  return { lock, file };
}
