import { document, emptyConfig, type Document } from '../oci/document.ts';
import type { Image } from '../layout/open-image.ts';
import { canonicalJson } from '../json/canonical.ts';
import { mediaTypes, type Descriptor } from '../oci/schemas.ts';
import type { ImageResult } from '../layout/image-json.ts';
import type { Target } from './push-target.ts';

const artifactType = 'application/vnd.slipway.image.base.v1';

/**
 * A manifest without a tag that names the layers of a base for all platforms. Registries keep the blobs of a
 * manifest, so a repository with this manifest has the layers: one request instead of dozens.
 */
interface BaseMarker {
  manifest: Document;
  /** Digests of the layers. */
  layers: ReadonlySet<string>;
}

/** The marker of an image's base. Returns undefined if the base is unknown or has only one layer. */
export function baseMarker({ root, result, platforms }: Image): BaseMarker | undefined {
  if (result?.digest !== root.descriptor.digest) return undefined;
  const own = new Set(result.layers.map(({ digest }) => digest));
  const layers = new Map<string, Descriptor>();
  for (const { mediaType, digest, size } of platforms.flatMap(({ manifest }) => manifest.layers)) {
    if (!own.has(digest)) layers.set(digest, { mediaType, digest, size });
  }
  if (layers.size < 2) return undefined;
  return { manifest: manifestOf([...layers.values()], result.base), layers: new Set(layers.keys()) };
}

/** Finds the layers of a base in a target, by the marker. */
export interface BaseLayers {
  marker: BaseMarker;
  /** True if the target has the marker. The target is asked once, on the first call. */
  hasMarker(): Promise<boolean>;
  /** True if the marker names the layer and the target has the marker. */
  has(digest: string): Promise<boolean>;
}

/** Makes a {@link BaseLayers} for a target. */
export function baseLayersIn(target: Target, marker: BaseMarker): BaseLayers {
  let answer: Promise<boolean> | undefined;
  const hasMarker = () => (answer ??= target.hasImage(marker.manifest));
  return { marker, hasMarker, has: async (digest) => marker.layers.has(digest) && hasMarker() };
}

function manifestOf(layers: readonly Descriptor[], { name, digest }: ImageResult['base']): Document {
  const content = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config: emptyConfig.descriptor,
    layers: [...layers].sort((left, right) => (left.digest < right.digest ? -1 : 1)),
    annotations: {
      'org.opencontainers.image.base.name': name,
      ...(digest ? { 'org.opencontainers.image.base.digest': digest } : {}),
    },
  };
  return document(mediaTypes.manifest, Buffer.from(canonicalJson(content)));
}
