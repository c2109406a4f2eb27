import { sameConfiguration, sameImage } from './configuration.ts';
import type { Environment } from './environment.ts';
import { GitopsError } from './error.ts';
import type { LoggedCommit } from './ledger-log.ts';
import { actionOn, type Action } from './ledger-message.ts';
import { LedgerRepository, type Tip } from './ledger-repository.ts';
import { readRelease, releaseFile, type Release } from './ledger.ts';
import { notReleased } from './released.ts';
import type { Commit, Source } from './source.ts';

/** One step in the life of an app in an environment. */
export interface HistoryEntry {
  /** The commit on the ledger branch. */
  commit: Commit;
  /** When it was committed, ISO 8601. */
  at: string;
  /** Who asked for it; for a run, who committed. */
  by: string;
  action: Action;
  /** What the ledger held from then on; undefined once removed. */
  release?: Release;
  /** What differs from the entry before: by content, not by commit. */
  changed: readonly ('image' | 'configuration')[];
  reason?: string;
  /** The address of the run. */
  run?: string;
  /** Why the record cannot be read, where it was broken by hand. */
  problem?: string;
}

/**
 * What the ledger held of an app, newest first, as Git remembers it.
 *
 * @param options.limit how many entries at most. @default 20
 * @throws {GitopsError} `usage` for an app that was never released there, or a limit below 1;
 *   `auth`, `not-found`, `network` where the ledger cannot be read
 */
export async function history(
  source: Source,
  environment: Environment,
  app: string,
  { limit = 20 }: { limit?: number } = {},
): Promise<HistoryEntry[]> {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new GitopsError('usage', `${limit} is no limit. --limit is a whole number from 1 on.`, {
      value: limit,
    });
  }
  const repository = await LedgerRepository.open(source, environment, { history: true });
  try {
    const tip = await repository.tip();
    const entries = await readHistory(source, repository, tip, app, limit);
    if (entries.length === 0) throw notReleased(tip, environment, app);
    return entries;
  } finally {
    await repository.close();
  }
}

/** As {@link history}, for a ledger that was opened with its history; without an entry for an unknown app. */
export async function readHistory(
  source: Source,
  repository: LedgerRepository,
  tip: Tip,
  app: string,
  limit = Infinity,
): Promise<HistoryEntry[]> {
  if (tip.commit === undefined) return [];
  const file = releaseFile(app);
  const logged = await repository.log(tip.commit, file, limit + 1); // the last one only to compare with
  const texts = await repository.readAt(
    logged.map(({ commit }) => commit),
    file,
  );
  const records = logged.map(({ commit }, at) =>
    readRecord(app, texts[at], `${commit.slice(0, 12)}:${file}`),
  );
  const shown = logged.slice(0, limit);
  return Promise.all(
    shown.map(async (commit, at): Promise<HistoryEntry> => {
      const { release, problem } = records[at] ?? {};
      const changed = await changesOf(source, app, records[at + 1]?.release, release);
      return {
        ...entryOf(app, commit),
        ...(release && { release }),
        changed,
        ...(problem !== undefined && { problem }),
      };
    }),
  );
}

function entryOf(app: string, { commit, at, committer, trailers }: LoggedCommit) {
  const [by = committer] = trailers.get('By') ?? [];
  const [reason] = trailers.get('Reason') ?? [];
  const [run] = trailers.get('Run') ?? [];
  return {
    commit,
    at,
    by,
    action: actionOn(app, trailers),
    ...(reason !== undefined && { reason }),
    ...(run !== undefined && { run }),
  };
}

/** One record that was broken by hand long ago must not hide the others, least of all from a rollback. */
function readRecord(
  app: string,
  text: string | undefined,
  place: string,
): { release?: Release; problem?: string } {
  if (text === undefined) return {};
  try {
    return { release: readRelease(app, text, place) };
  } catch (error) {
    return { problem: (error as GitopsError).message };
  }
}

async function changesOf(
  source: Source,
  app: string,
  before: Release | undefined,
  after: Release | undefined,
): Promise<HistoryEntry['changed']> {
  if (after === undefined) return [];
  if (before === undefined) return after.image ? ['image', 'configuration'] : ['configuration'];
  const same = await sameConfiguration(source, app, before.release, after.release);
  return [
    ...(sameImage(before.image, after.image) ? [] : (['image'] as const)),
    ...(same ? [] : (['configuration'] as const)),
  ];
}
