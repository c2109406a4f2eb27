import type { HistoryEntry } from '../ledger/history.ts';
import { printRecord, type Release } from '../ledger/records.ts';
import type { Commit } from '../git/commit.ts';

/** A release that can be gone back to. */
export interface RollbackTarget {
  /** The commit of the ledger that holds it. */
  commit: Commit;
  release: Release;
}

/** What is released, leaving aside whether it is held. */
export function recordOf({ image, release }: Release): Release {
  return { ...(image && { image }), release };
}

/** Whether two releases are one record, held or not. */
export const sameRecord = (one: Release, other: Release): boolean =>
  printRecord(recordOf(one)) === printRecord(recordOf(other));

/**
 * The releases of an app, newest first: entries that only held, lifted or removed are left out.
 *
 * @param history newest first, back to the first release
 */
export function releasesIn(history: readonly HistoryEntry[]): (HistoryEntry & { release: Release })[] {
  const recorded = history.flatMap((entry) => (entry.release ? [{ ...entry, release: entry.release }] : []));
  return recorded.filter(({ release }, at) => {
    const older = recorded[at + 1]?.release;
    return older === undefined || !sameRecord(older, release);
  });
}

/**
 * Where a rollback goes by default: the release before the current one. After a rollback that is the one before
 * the release that was restored, so rolling back twice goes back two releases.
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
 * The releases that a word names, newest first: by tag, by digest, by configuration commit or by commit of the
 * ledger. Digests and commits may be cut to their first 7 digits or more.
 *
 * @returns each with the whole name that the word stands for
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
