import { placeOf, type Manifest } from '../helm/manifest.ts';
import type { Problem } from './problem.ts';

/** What tells the entries of a list apart, by which server-side apply merges it: the first of these that all have. */
const KEYS = ['mountPath', 'topologyKey', 'name', 'containerPort'] as const;

/**
 * Lists with two entries of one key, and objects that are there twice: server-side apply refuses them, and Helm does not
 * notice.
 */
export const duplicates = (manifests: readonly Manifest[]): Problem[] => [
  ...twiceThere(manifests),
  ...manifests.flatMap(duplicatesIn),
];

function twiceThere(manifests: readonly Manifest[]): Problem[] {
  const places = manifests.map((manifest) => `${manifest.apiVersion} ${placeOf(manifest)}`);
  return repeated(places).map((place) => ({ place, message: 'is there twice' }));
}

function duplicatesIn(manifest: Manifest): Problem[] {
  return listsIn(manifest, '').flatMap(({ path, list }) =>
    duplicateKeys(list).map((key) => ({
      place: `${placeOf(manifest)} ${path}`,
      message: `has ${key} twice`,
    })),
  );
}

function duplicateKeys(list: readonly unknown[]): string[] {
  const scalars = list.filter((entry) => typeof entry !== 'object').map(String);
  const key = KEYS.find((name) => list.every((entry) => hasKey(entry, name)));
  if (key === undefined) return repeated(scalars);
  return repeated(list.map((entry) => `${key} ${String((entry as Record<string, unknown>)[key])}`));
}

const hasKey = (entry: unknown, key: string): boolean =>
  typeof entry === 'object' && entry !== null && key in entry;

const repeated = (words: readonly string[]): string[] => [
  ...new Set(words.filter((word, at) => words.indexOf(word) !== at)),
];

function listsIn(value: unknown, path: string): { path: string; list: readonly unknown[] }[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [{ path, list: value }] : [];
  return [...own, ...Object.entries(value).flatMap(([key, child]) => listsIn(child, `${path}/${key}`))];
}
