import { ImageError } from '../error.ts';
import { platformName, type Descriptor, type History, type Platform } from '../oci/schemas.ts';

/** What lies below an application's layers. Its layers are referenced and never repacked. */
export interface Base {
  /** `embedded`: assembled from the Node that runs. `pinned`: a public image, fixed by digest. */
  kind: 'embedded' | 'pinned';
  /** Pinned: registry and path it is pulled from. Embedded: a name for people. */
  name: string;
  /** Pinned: the locked digest. Embedded: its only layer. Absent when there is nothing below. */
  digest?: string;
  /** True when nothing is below: the image holds the application only and the host's Node runs it. */
  hostNode?: true;
  platform: Platform;
  layers: Descriptor[];
  /** Digests of the uncompressed layers, in the same order. */
  diffIds: string[];
  /** `NAME=value` pairs the base's configuration sets. */
  env: string[];
  history: History[];
}

/**
 * The bases of one image in the order of their platforms, whatever the order in which they were given.
 * @throws ImageError `invalid-input` when there is none, a platform comes twice, or they are different images
 */
export function sortedBases(bases: readonly Base[]): [Base, ...Base[]] {
  const sorted = [...bases].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const [first, ...others] = sorted;
  if (!first) throw new ImageError('invalid-input', 'an image needs a base: give one for each platform');
  for (const [index, other] of others.entries()) {
    if (nameOf(other) === nameOf(sorted[index] ?? first)) {
      throw new ImageError(
        'invalid-input',
        `two bases are for ${nameOf(other)}: give one for each platform`,
        {
          value: nameOf(other),
        },
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

/** Where Node lies in both bases (distroless puts it there; the embedded base follows). */
export const nodePath = '/nodejs/bin/node';
