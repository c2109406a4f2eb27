import { placeOf } from '../../helm/manifest.ts';
import type { Rule } from './rule.ts';

const PINNED = /^[^\s@]+:[^\s@:/]+@sha256:[0-9a-f]{64}$/;

/** The keys under which each kind that creates pods lists its containers. */
const CONTAINERS: ReadonlySet<string> = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/** Every image is `repository:tag@digest`. It looks at all kinds, custom resources too. */
export const IMAGE_DIGEST: Rule = {
  id: 'image-digest',
  message: 'runs an image that is not pinned by digest',
  reason: 'A tag can be moved, so the image that runs could change without a release.',
  source: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  remedy: 'Write the image as repository:tag@sha256:<64 hexadecimal digits>.',
  find: ({ manifests }) =>
    manifests.flatMap((manifest) =>
      containersIn(manifest)
        .filter(({ image }) => typeof image !== 'string' || !PINNED.test(image))
        .map(({ name, image }) => ({
          place: `${placeOf(manifest)} container ${String(name)}`,
          message: `runs ${String(image)}, which is not pinned by digest`,
        })),
    ),
};

type Container = { readonly name?: unknown; readonly image?: unknown };

function containersIn(value: unknown): Container[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    CONTAINERS.has(key) && Array.isArray(child) ? (child as Container[]) : containersIn(child),
  );
}
