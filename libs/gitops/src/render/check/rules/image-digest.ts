import { placeOf, type Manifest } from '../helm/manifest.ts';
import type { Problem } from './problem.ts';

const PINNED = /^[^\s@]+:[^\s@:/]+@sha256:[0-9a-f]{64}$/;

/** Keys under which every kind that makes pods lists its containers. */
const CONTAINERS: ReadonlySet<string> = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/** Containers whose image is not `repository:tag@digest`: what runs could change without a release. */
export function unpinnedImages(manifests: readonly Manifest[]): Problem[] {
  return manifests.flatMap((manifest) =>
    containersIn(manifest)
      .filter(({ image }) => typeof image !== 'string' || !PINNED.test(image))
      .map(({ name, image }) => ({
        place: `${placeOf(manifest)} container ${String(name)}`,
        message: `runs ${String(image)}, which is not pinned by digest`,
      })),
  );
}

function containersIn(value: unknown): { name?: unknown; image?: unknown }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    CONTAINERS.has(key) && Array.isArray(child) ? (child as object[]) : containersIn(child),
  );
}
