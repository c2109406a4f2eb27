import type { Key } from '../webhook/key.ts';
import type { KeyFolder } from './read-key-folder.ts';

/** An active key. */
export interface ActiveKey extends Key {
  /**
   * When this process first used this secret under this name. File times are not used, because a Secret
   * volume rewrites all files on each change.
   */
  readonly since: Date;
}

/**
 * Returns the keys to use after a folder was read. If the folder is empty or contains an invalid key, the
 * current keys stay in use. Only if there are no current keys, the valid keys of such a folder are used,
 * because some keys serve more receivers than none.
 */
export function nextKeys(current: readonly ActiveKey[], folder: KeyFolder, now: Date): readonly ActiveKey[] {
  if (folder.keys.length === 0) return current;
  if (folder.problems.length > 0 && current.length > 0) return current;
  return folder.keys.map((key) => ({ ...key, since: sameKey(current, key)?.since ?? now }));
}

/** Whether two sets contain the same keys. */
export function sameKeys(one: readonly Key[], other: readonly Key[]): boolean {
  return one.length === other.length && one.every((key) => sameKey(other, key));
}

function sameKey<K extends Key>(keys: readonly K[], key: Key): K | undefined {
  return keys.find(({ id, secret }) => id === key.id && secret.equals(key.secret));
}
