import type { HistoryEntry } from '../ledger/ledger-history.ts';
import { printRecord, type Release } from '../ledger/records.ts';
import type { Commit } from '../git/commit.ts';

/** A release to which an app can roll back. */
export interface RollbackTarget {
  /** The ledger commit that recorded it. */
  commit: Commit;
  release: Release;
}

/** A release without its hold. */
export function withoutHold({ image, release }: Release): Release {
  return { ...(image && { image }), release };
}

/** Whether two releases are equal, ignoring holds. */
export const sameRecord = (one: Release, other: Release): boolean =>
  printRecord(withoutHold(one)) === printRecord(withoutHold(other));

/**
 * The releases of an app, newest first, without entries that only held, lifted or removed.
 *
 * @param history newest first, complete to the first release
 */
export function releasesIn(history: readonly HistoryEntry[]): (HistoryEntry & { release: Release })[] {
  const recorded = history.flatMap((entry) => (entry.release ? [{ ...entry, release: entry.release }] : []));
  return recorded.filter(({ release }, at) => {
    const older = recorded[at + 1]?.release;
    return older === undefined || !sameRecord(older, release);
  });
}

/**
 * The default target of a rollback: the release before the current one. After a rollback, it is the release
 * before the restored one, so rolling back twice goes back two releases.
 */
export function previousRelease(history: readonly HistoryEntry[]): RollbackTarget | undefined {
  const releases = releasesIn(history);
  const current = releases[0];
  if (current === undefined) return undefined;
  let at = 0;
  while (releases[at]?.action === 'rollback') {
    const restored = releases.findIndex(
      ({ release }, index) => index > at && sameRecord(release, current.release),
    );
    if (restored === -1) break;
    at = restored;
  }
  return releases.slice(at).find(({ release }) => !sameRecord(release, current.release));
}

/**
 * The releases with a name, newest first. A name is a tag, a digest, a configuration commit or a ledger
 * commit. Digests and commits may be abbreviated to 7 digits.
 *
 * @returns each release with its full name
 */
export function releasesNamed(
  history: readonly HistoryEntry[],
  to: string,
): (RollbackTarget & { name: string })[] {
  return history.flatMap(({ commit, release }) => {
    if (release === undefined) return [];
    const { image, release: from } = release;
    const digests = image ? [image.digest, image.digest.slice('sha256:'.length)] : [];
    const ids = [...digests, from.config, commit];
    const long = /^(sha256:)?[0-9a-f]{7,64}$/.test(to);
    const name = image?.tag === to ? to : ids.find((id) => long && id.startsWith(to));
    return name === undefined ? [] : [{ commit, release, name }];
  });
}
