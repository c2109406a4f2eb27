import { requireBlob } from './blob-source.ts';
import { meter } from './digest.ts';
import { ImageError } from './error.ts';
import { gunzip } from './gzip.ts';
import type { Image, PlatformImage } from './image.ts';
import type { Descriptor } from './oci.ts';
import { readTar, type TarMember } from './tar-reader.ts';

/** Where reading a layer stops: a few kilobytes of gzip can claim to be a terabyte. Bytes, uncompressed. */
export const layerLimit = 8 * 1024 ** 3;

/**
 * Reads the entries of one layer, and checks its blob against digest and size and its archive against the diffID.
 * @throws ImageError `archive-invalid`, `digest-mismatch`, `blob-missing`
 */
export async function* readLayer(
  image: Image,
  platform: PlatformImage,
  index: number,
): AsyncGenerator<TarMember> {
  const layer = platform.manifest.layers[index];
  if (!layer) return;
  const found = await requireBlob(image.source, layer, 'the image');
  const archive = meter(bounded(decompress(await found.open(), layer), layer));
  yield* readTar(archive.chunks);
  const { digest } = archive.result();
  const expected = platform.config.rootfs.diff_ids[index];
  if (digest === expected) return;
  throw new ImageError(
    'digest-mismatch',
    `layer ${layer.digest} unpacks to ${digest}, not to ${expected}: do not use it`,
    {
      value: layer.digest,
    },
  );
}

function decompress(source: AsyncIterable<Uint8Array>, layer: Descriptor): AsyncIterable<Uint8Array> {
  if (layer.mediaType.endsWith('.tar')) return source;
  if (/[.+]gzip$/.test(layer.mediaType)) return gunzip(source);
  throw new ImageError(
    'archive-invalid',
    `layer ${layer.digest} is ${layer.mediaType}: only tar and gzip are read`,
    {
      value: layer.mediaType,
    },
  );
}

async function* bounded(source: AsyncIterable<Uint8Array>, layer: Descriptor): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > layerLimit) {
      throw new ImageError(
        'archive-invalid',
        `layer ${layer.digest} unpacks to more than ${layerLimit} bytes`,
        {
          value: layer.digest,
        },
      );
    }
    yield chunk;
  }
}
