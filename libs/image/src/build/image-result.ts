import { sortedBases, type Base } from '../base/base.ts';
import type { AppLayer } from './layers.ts';
import { platformName, type Descriptor, type Platform } from '../oci/schemas.ts';
import type { ImageResult } from '../layout/image-json.ts';
import { version } from '../version.ts';

/** The manifest that was written for one platform. */
export interface PlatformManifest {
  base: Base;
  /** Layers of this platform only. */
  own: readonly AppLayer[];
  descriptor: Descriptor;
}

/** The content of `image.json`. */
export function imageResult(
  root: Descriptor,
  images: readonly PlatformManifest[],
  layers: readonly AppLayer[],
  allowed: string[],
): ImageResult {
  return {
    digest: root.digest,
    platforms: images.map(({ base, descriptor }) => {
      return { platform: platformName(base.platform), digest: descriptor.digest };
    }),
    layers: [
      ...layers.map((layer) => layerResult(layer)),
      ...images.flatMap(({ base, own }) => own.map((layer) => layerResult(layer, base.platform))),
    ],
    base: baseResult(images.map(({ base }) => base)),
    ...(allowed.length > 0 ? { allowed: [...allowed].sort() } : {}),
    tools: { node: process.versions.node, zlib: process.versions.zlib, slipwayImage: version },
  };
}

function layerResult({ name, descriptor, diffId, files }: AppLayer, platform?: Platform) {
  const { digest, size } = descriptor;
  return { name, digest, diffId, size, files, ...(platform ? { platform: platformName(platform) } : {}) };
}

function baseResult(bases: readonly Base[]): ImageResult['base'] {
  const [{ kind, name, digest, hostNode }] = sortedBases(bases);
  const sizes = new Map(bases.flatMap(({ layers }) => layers.map((layer) => [layer.digest, layer.size])));
  const size = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { kind, name, ...(digest ? { digest } : {}), ...(hostNode ? { hostNode } : { size }) };
}
