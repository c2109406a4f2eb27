import type { Key } from '../webhook/key.ts';
import type { KeyFolder } from './read-key-folder.ts';

/** A key in use. */
export interface ActiveKey extends Key {
  /**
   * Since when this process has used this very secret under this name. A Secret volume writes all files anew on each
   * change, so file times would tell less.
   */
  readonly since: Date;
}

/**
 * The keys to use after a folder was read. A folder with anything wrong in it, or with nothing in it, replaces nothing:
 * the last good set stays. Only where there is no set yet is the good part of a bad folder taken, because some
 * keys serve more receivers than none.
 */
export function nextKeys(current: readonly ActiveKey[], folder: KeyFolder, now: Date): readonly ActiveKey[] {
  if (folder.keys.length === 0) return current;
  if (folder.problems.length > 0 && current.length > 0) return current;
  return folder.keys.map((key) => ({ ...key, since: sameKey(current, key)?.since ?? now }));
}

/** Whether two sets sign alike. */
export function sameKeys(one: readonly Key[], other: readonly Key[]): boolean {
  return one.length === other.length && one.every((key) => sameKey(other, key));
}

function sameKey<K extends Key>(keys: readonly K[], key: Key): K | undefined {
  return keys.find(({ id, secret }) => id === key.id && secret.equals(key.secret));
}
