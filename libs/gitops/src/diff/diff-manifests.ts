import { randomBytes } from 'node:crypto';
import { compareValues, type FieldChange } from './field-changes.ts';
import type { Manifest } from '../render/helm/manifest.ts';
import { maskSecrets, nameOf } from './mask-secrets.ts';

/** The change of one object. */
export interface ObjectChange {
  /** For example `Deployment.apps web/api`. */
  object: string;
  change: 'added' | 'removed' | 'changed';
  /** The differences; empty for an added or removed object. */
  fields: FieldChange[];
}

/**
 * The differences of the second rendering from the first, by object and field, sorted by name. The data of
 * Secrets is masked; the diff shows only that a value changed.
 */
export function diffManifests(before: readonly Manifest[], after: readonly Manifest[]): ObjectChange[] {
  const salt = randomBytes(16).toString('hex');
  const [old, next] = [before, after].map(
    (manifests) =>
      new Map(manifests.map((manifest) => [nameOf(manifest), maskSecrets(manifest, salt)] as const)),
  ) as [Map<string, Manifest>, Map<string, Manifest>];
  const names = [...new Set([...old.keys(), ...next.keys()])].sort();
  return names.flatMap((object): ObjectChange[] => {
    const [was, is] = [old.get(object), next.get(object)];
    if (was === undefined) return [{ object, change: 'added', fields: [] }];
    if (is === undefined) return [{ object, change: 'removed', fields: [] }];
    const fields = compareValues(was, is);
    return fields.length === 0 ? [] : [{ object, change: 'changed', fields }];
  });
}
