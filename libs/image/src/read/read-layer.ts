import { requireBlob } from '../layout/blob-source.ts';
import { meter } from '../oci/digest.ts';
import { ImageError } from '../error.ts';
import { gunzip } from '../archive/gzip.ts';
import type { Image, PlatformImage } from '../layout/open-image.ts';
import type { Descriptor } from '../oci/schemas.ts';
import { readTar, type TarMember } from '../archive/read-tar.ts';

/** Limits for one layer, because a few megabytes of gzip can expand to a terabyte. */
interface LayerLimits {
  /** Uncompressed size in bytes. @default 8 GiB */
  size: number;
  /** Ratio of uncompressed to compressed size. The maximum of gzip is 1032, for zeros. @default 500 */
  ratio: number;
  /** The ratio is not limited up to this uncompressed size in bytes. @default 1 GiB */
  anyRatio: number;
}

const defaultLimits: LayerLimits = { size: 8 * 1024 ** 3, ratio: 500, anyRatio: 1024 ** 3 };

/**
 * Reads the entries of one layer. Checks digest and size of the blob and the diffID of the archive.
 * @throws ImageError `archive-invalid`, `digest-mismatch`, `blob-missing`
 */
export async function* readLayer(
  image: Pick<Image, 'source'>,
  platform: PlatformImage,
  index: number,
  limits = defaultLimits,
): AsyncGenerator<TarMember> {
  const layer = platform.manifest.layers[index];
  if (!layer) return;
  const found = await requireBlob(image.source, layer, 'the image');
  const archive = meter(bounded(decompress(await found.open(), layer), layer, limits));
  yield* readTar(archive.chunks);
  const { digest } = archive.result();
  const expected = platform.config.rootfs.diff_ids[index];
  if (digest === expected) return;
  throw new ImageError(
    'digest-mismatch',
    `layer ${layer.digest} has the diffID ${digest} instead of ${expected}: do not use it`,
    { value: layer.digest },
  );
}

/** The name of a layer of the application, from `image.json` or the image's history; otherwise `base`. */
export function layerName({ result }: Image, platform: PlatformImage, index: number): string {
  const digest = platform.manifest.layers[index]?.digest;
  const known = result?.layers.find((own) => own.digest === digest)?.name;
  const written = /^slipway image: (external|assets|app|maps)$/;
  const lines = (platform.config.history ?? []).filter((line) => !line.empty_layer);
  return known ?? written.exec(lines[index]?.created_by ?? '')?.[1] ?? 'base';
}

/** Converts a path in a layer's archive to an absolute path in the image's file system. */
export function imagePath(path: string): string {
  return `/${path.replace(/^\.?\//, '')}`;
}

function decompress(source: AsyncIterable<Uint8Array>, layer: Descriptor): AsyncIterable<Uint8Array> {
  if (layer.mediaType.endsWith('.tar')) return source;
  if (/[.+]gzip$/.test(layer.mediaType)) return gunzip(source);
  throw new ImageError(
    'archive-invalid',
    `layer ${layer.digest} has the media type ${layer.mediaType}: only tar and gzip are supported`,
    { value: layer.mediaType },
  );
}

async function* bounded(
  source: AsyncIterable<Uint8Array>,
  layer: Descriptor,
  { size, ratio, anyRatio }: LayerLimits,
): AsyncGenerator<Uint8Array> {
  const limit = Math.min(size, Math.max(anyRatio, ratio * layer.size));
  let found = 0;
  for await (const chunk of source) {
    found += chunk.length;
    if (found > limit) {
      throw new ImageError(
        'archive-invalid',
        `layer ${layer.digest} of ${layer.size} bytes unpacks to more than ${limit}: do not use it`,
        { value: layer.digest },
      );
    }
    yield chunk;
  }
}
