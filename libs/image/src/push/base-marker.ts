import { document, emptyConfig, type Document } from '../oci/document.ts';
import type { Image } from '../layout/open-image.ts';
import { canonicalJson } from '../json/canonical.ts';
import { mediaTypes, type Descriptor } from '../oci/schemas.ts';
import type { ImageResult } from '../layout/image-json.ts';
import type { Target } from './target.ts';

const artifactType = 'application/vnd.slipway.image.base.v1';

/**
 * A manifest without a tag that names every layer of a base, of all platforms. Registries keep what a manifest names:
 * a repository that has this one has the layers, which is one question instead of one for each (distroless has dozens).
 */
interface BaseMarker {
  manifest: Document;
  /** Digests of the layers. */
  layers: ReadonlySet<string>;
}

/** The artifact of an image's base; none where nothing says what the base is, or where its one layer is asked for as easily. */
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

/** The layers of a base in a target. */
export interface BaseLayers {
  artifact: BaseMarker;
  /** True when the target has the artifact. Asked once, and only when it matters. */
  isKnown(): Promise<boolean>;
  /** True for a layer that the target has according to it. */
  has(digest: string): Promise<boolean>;
}

/** Looks for the layers of a base in a target, by the artifact. */
export function baseIn(target: Target, artifact: BaseMarker): BaseLayers {
  let answer: Promise<boolean> | undefined;
  const isKnown = () => (answer ??= target.hasImage(artifact.manifest));
  return { artifact, isKnown, has: async (digest) => artifact.layers.has(digest) && isKnown() };
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
