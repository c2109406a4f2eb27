import { ImageError } from '../error.ts';
import { platformName, type Descriptor, type History, type Platform } from '../oci/schemas.ts';

/** The base of an image: the layers below those of the application. They are referenced, never repacked. */
export interface Base {
  /** `embedded`: made from the Node that runs this code. `pinned`: a public image, fixed by digest. */
  kind: 'embedded' | 'pinned';
  /** Pinned: registry and path. Embedded: a display name. */
  name: string;
  /** Pinned: the digest in the lock. Embedded: the digest of its only layer. Absent if the base is empty. */
  digest?: string;
  /** True if the base is empty: the image contains only the application, and the host's Node runs it. */
  hostNode?: true;
  platform: Platform;
  layers: Descriptor[];
  /** Digests of the uncompressed layers, in the same order. */
  diffIds: string[];
  /** Environment variables of the base's configuration, as `NAME=value`. */
  env: string[];
  history: History[];
}

/**
 * Sorts the bases of one image by platform.
 * @throws ImageError `invalid-input` if there is no base, a platform has two, or their images differ
 */
export function sortedBases(bases: readonly Base[]): [Base, ...Base[]] {
  const sorted = [...bases].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const [first, ...others] = sorted;
  if (!first) throw new ImageError('invalid-input', 'an image needs a base: give one base per platform');
  for (const [index, other] of others.entries()) {
    if (nameOf(other) === nameOf(sorted[index] ?? first)) {
      throw new ImageError(
        'invalid-input',
        `two bases are for ${nameOf(other)}: give one base per platform`,
        { value: nameOf(other) },
      );
    }
    if (other.kind !== first.kind || other.name !== first.name || other.digest !== first.digest) {
      throw new ImageError(
        'invalid-input',
        `the bases "${first.name}" and "${other.name}" (${other.digest ?? 'no digest'}) are different images: ` +
          'take all platforms from one base lock',
        { value: other.name },
      );
    }
  }
  return [first, ...others];
}

function nameOf({ platform }: Base): string {
  return platformName(platform);
}

/** The path of Node in distroless images; the embedded base uses the same. */
export const nodePath = '/nodejs/bin/node';
