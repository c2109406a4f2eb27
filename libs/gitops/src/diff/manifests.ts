import { createHash } from 'node:crypto';
import { parseAllDocuments } from 'yaml';
import { GitopsError } from '../error.ts';

/** An object of Kubernetes, as YAML gives it. */
export type Manifest = Readonly<Record<string, unknown>>;

/**
 * Reads the objects of a rendering; documents without content are left out.
 *
 * @param place what to call the text in errors
 * @throws {GitopsError} `invalid` for what is no YAML, or no objects of Kubernetes
 */
export function readManifests(text: string, place: string): Manifest[] {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error)
      throw new GitopsError('invalid', `${place} is not valid YAML: ${error.message.split('\n')[0]}`);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (value === null || value === undefined) return [];
    if (isMap(value) && typeof value['kind'] === 'string') {
      return value['kind'] === 'List' && Array.isArray(value['items'])
        ? (value['items'] as Manifest[])
        : [value];
    }
    throw new GitopsError(
      'invalid',
      `${place} holds something that is no object of Kubernetes: it has no kind.`,
    );
  });
}

/** What an object is called: two renderings that use one name mean one object. Its version is no part of it. */
export function nameOf(manifest: Manifest): string {
  const { apiVersion, kind, metadata } = manifest;
  const group =
    typeof apiVersion === 'string' && apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  const { name, namespace } = isMap(metadata) ? metadata : {};
  const place = typeof namespace === 'string' ? `${namespace}/` : '';
  return `${String(kind)}${group} ${place}${String(name ?? '(no name)')}`;
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Hides what a Secret holds. Whether a value changed can still be told, and nothing else about it: the mark is
 * salted anew for each comparison.
 *
 * @param salt any text that nobody can guess
 */
export function maskSecrets(manifest: Manifest, salt: string): Manifest {
  if (manifest['kind'] !== 'Secret') return manifest;
  const mask = (value: unknown): string => {
    const hash = createHash('sha256')
      .update(`${salt}${JSON.stringify(value)}`)
      .digest('hex');
    return `(secret ${hash.slice(0, 4)})`;
  };
  const masked = ['data', 'stringData'].flatMap((field) => {
    const values = manifest[field];
    if (!isMap(values)) return [];
    return [[field, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, mask(value)]))]];
  });
  const annotations = hideLastApplied(manifest['metadata']);
  return { ...manifest, ...(annotations && { metadata: annotations }), ...Object.fromEntries(masked) };
}

/** `kubectl apply` keeps the whole object, secrets in clear, in an annotation. */
function hideLastApplied(metadata: unknown): Record<string, unknown> | undefined {
  if (!isMap(metadata) || !isMap(metadata['annotations'])) return undefined;
  const kept = Object.entries(metadata['annotations']).filter(
    ([key]) => !key.endsWith('/last-applied-configuration'),
  );
  return { ...metadata, annotations: Object.fromEntries(kept) };
}
