import { createHash } from 'node:crypto';
import type { Manifest } from '../render/helm/manifest.ts';

/** The identity of an object, by which two renderings are matched. It does not contain the API version. */
export function nameOf(manifest: Manifest): string {
  const { apiVersion, kind, metadata } = manifest;
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${kind}${group} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;
}

/** Digits of a mark. Two values share a mark, and a change is not shown, once in 4 billion changes. */
const DIGITS = 8;

/** Whether a value is a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Replaces each value of a Secret with a salted hash, which shows whether the value changed but reveals
 * nothing else.
 *
 * @param salt a random text, new for each comparison
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

/** Removes the annotation in which `kubectl apply` keeps the whole object with its secrets in plain text. */
function withoutLastApplied(metadata: Manifest['metadata']): Manifest['metadata'] {
  const { annotations, ...rest } = metadata;
  if (annotations === undefined) return rest;
  const kept = Object.entries(annotations).filter(([key]) => !key.endsWith('/last-applied-configuration'));
  return { ...rest, annotations: Object.fromEntries(kept) };
}
