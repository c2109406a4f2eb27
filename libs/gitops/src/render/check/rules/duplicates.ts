import { placeOf, type Manifest } from '../../helm/manifest.ts';
import type { Finding, Rule } from './rule.ts';

/** The merge key of a list: the first of these that all its entries have. */
const KEYS = ['mountPath', 'topologyKey', 'name', 'containerPort'] as const;

/** No list has two entries with the same merge key, and no object is rendered twice. */
export const DUPLICATES: Rule = {
  id: 'duplicates',
  message: 'has two entries with the same key, or is rendered twice',
  reason: 'Server-side apply refuses it, and Helm does not notice.',
  source: 'https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy',
  remedy: 'Remove one of the two.',
  find: ({ manifests }) => [...repeatedObjects(manifests), ...manifests.flatMap(duplicatesIn)],
};

function repeatedObjects(manifests: readonly Manifest[]): Finding[] {
  const places = manifests.map((manifest) => `${manifest.apiVersion} ${placeOf(manifest)}`);
  return repeated(places).map((place) => ({ place, message: 'is rendered twice' }));
}

function duplicatesIn(manifest: Manifest): Finding[] {
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
