import { createHash } from 'node:crypto';
import type { Manifest } from '../render/helm/manifest.ts';

/** What an object is called: two renderings that use one name mean one object. Its version is no part of it. */
export function nameOf(manifest: Manifest): string {
  const { apiVersion, kind, metadata } = manifest;
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${kind}${group} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;
}

/** Enough that two values hardly ever share a mark: one change in 4 billion would go unseen. */
const DIGITS = 8;

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
    return `(secret ${hash.slice(0, DIGITS)})`;
  };
  const masked = ['data', 'stringData'].flatMap((field) => {
    const values = manifest[field];
    if (!isMap(values)) return [];
    return [[field, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, mask(value)]))]];
  });
  return { ...manifest, metadata: withoutLastApplied(manifest.metadata), ...Object.fromEntries(masked) };
}

/** `kubectl apply` keeps the whole object, secrets in clear, in an annotation. */
function withoutLastApplied(metadata: Manifest['metadata']): Manifest['metadata'] {
  const { annotations, ...rest } = metadata;
  if (annotations === undefined) return rest;
  const kept = Object.entries(annotations).filter(([key]) => !key.endsWith('/last-applied-configuration'));
  return { ...rest, annotations: Object.fromEntries(kept) };
}
