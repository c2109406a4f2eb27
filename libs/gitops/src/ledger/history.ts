import { Applied, appliedFile, asRelease } from './applied.ts';
import { sameConfiguration, sameImage } from './same-release.ts';
import { readYaml } from '../text/validate.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import type { LoggedCommit } from './log.ts';
import { actionOn, type Action } from './message.ts';
import { LedgerRepository, type Tip } from './ledger-repository.ts';
import { readRelease, releaseFile, type Release } from './records.ts';
import { notReleased } from './require-release.ts';
import { stackOf } from '../workspace/stack.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** One step in the life of an app or a stack in an environment. */
export interface HistoryEntry {
  /** The commit on the ledger branch. */
  commit: Commit;
  /** When it was committed, ISO 8601. */
  at: string;
  /** Who asked for it; for a run, who committed. */
  by: string;
  action: Action;
  /** What the ledger held from then on; undefined once removed, and for a stack that was never applied to its end. */
  release?: Release;
  /** The commit whose update of a stack did not get to its end. */
  pending?: Commit;
  /** What differs from the entry before: by content, not by commit. */
  changed: readonly ('image' | 'configuration' | 'graph')[];
  reason?: string;
  /** The address of the run. */
  run?: string;
  /** Why the record cannot be read, where it was broken by hand. */
  problem?: string;
}

/** Where the record of a project lies, and what it says. */
interface Kept {
  project: string;
  file: string;
  /** What it is called when something new is there. */
  news: 'release' | 'apply';
  read(text: string, place: string): Pick<HistoryEntry, 'release' | 'pending'>;
}

/**
 * What the ledger held of an app or a stack, newest first, as Git remembers it.
 *
 * @param name the app; or a stack, by its folder's name or its project's. An app that is called so comes first
 * @param options.limit how many entries at most. @default 20
 * @throws {GitopsError} `usage` for what was never released there, or a limit below 1;
 *   `auth`, `not-found`, `network` where the ledger cannot be read
 */
export async function history(
  checkout: Checkout,
  environment: Environment,
  name: string,
  { limit = 20 }: { limit?: number } = {},
): Promise<HistoryEntry[]> {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new GitopsError('usage', `${limit} is no limit. --limit is a whole number from 1 on.`, {
      value: limit,
    });
  }
  const repository = await LedgerRepository.open(checkout, environment, { history: true });
  try {
    const tip = await repository.tip();
    for (const kept of [appRecord(name), stackRecord(environment.name, name)]) {
      const entries = await readEntries(checkout, repository, tip, kept, limit);
      if (entries.length > 0) return entries;
    }
    throw notReleased(tip, environment, name);
  } finally {
    await repository.close();
  }
}

/** As {@link history}, for an app and a ledger that was opened with its history; without an entry for an unknown app. */
export const readHistory = (
  checkout: Checkout,
  repository: LedgerRepository,
  tip: Tip,
  app: string,
  limit = Infinity,
): Promise<HistoryEntry[]> => readEntries(checkout, repository, tip, appRecord(app), limit);

const appRecord = (app: string): Kept => ({
  project: app,
  file: releaseFile(app),
  news: 'release',
  read: (text, place) => ({ release: readRelease(app, text, place) }),
});

function stackRecord(environment: string, name: string): Kept {
  const project = stackOf(environment, name);
  const read: Kept['read'] = (text, place) => {
    const record = readYaml(Applied, text, place);
    const release = asRelease(record);
    return { ...(release && { release }), ...(record.pending && { pending: record.pending }) };
  };
  return { project, file: appliedFile(environment, project), news: 'apply', read };
}

async function readEntries(
  checkout: Checkout,
  repository: LedgerRepository,
  tip: Tip,
  kept: Kept,
  limit: number,
): Promise<HistoryEntry[]> {
  const { project, file, read } = kept;
  if (tip.commit === undefined) return [];
  const logged = await repository.log(tip.commit, file, limit + 1); // the last one only to compare with
  const texts = await repository.readAt(
    logged.map(({ commit }) => commit),
    file,
  );
  const records = logged.map(({ commit }, at) =>
    readRecord(read, texts[at], `${commit.slice(0, 12)}:${file}`),
  );
  const shown = logged.slice(0, limit);
  return Promise.all(
    shown.map(async (commit, at): Promise<HistoryEntry> => {
      const changed = await changesOf(checkout, project, records[at + 1]?.release, records[at]?.release);
      return { ...entryOf(kept, commit), ...records[at], changed };
    }),
  );
}

function entryOf({ project, news }: Kept, { commit, at, committer, trailers }: LoggedCommit) {
  const [by = committer] = trailers.get('By') ?? [];
  const [reason] = trailers.get('Reason') ?? [];
  const [run] = trailers.get('Run') ?? [];
  const action = actionOn(project, trailers);
  return {
    commit,
    at,
    by,
    action: action === 'release' ? news : action,
    ...(reason !== undefined && { reason }),
    ...(run !== undefined && { run }),
  };
}

/** One record that was broken by hand long ago must not hide the others, least of all from a rollback. */
function readRecord(
  read: Kept['read'],
  text: string | undefined,
  place: string,
): Pick<HistoryEntry, 'release' | 'pending' | 'problem'> {
  if (text === undefined) return {};
  try {
    return read(text, place);
  } catch (error) {
    return { problem: (error as GitopsError).message };
  }
}

async function changesOf(
  checkout: Checkout,
  project: string,
  before: Release | undefined,
  after: Release | undefined,
): Promise<HistoryEntry['changed']> {
  if (after === undefined) return [];
  if (after.graph !== undefined) return after.graph === before?.graph ? [] : ['graph'];
  if (before === undefined) return after.image ? ['image', 'configuration'] : ['configuration'];
  const same = await sameConfiguration(checkout, project, before.release, after.release);
  return [
    ...(sameImage(before.image, after.image) ? [] : (['image'] as const)),
    ...(same ? [] : (['configuration'] as const)),
  ];
}
