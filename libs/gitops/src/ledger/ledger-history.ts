import { Applied, appliedFile, asRelease } from './applied-record.ts';
import { sameConfiguration, sameImage } from './same-release.ts';
import { readYaml } from '../text/validate-text.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import type { LoggedCommit } from './ledger-log.ts';
import { actionOn, type Action } from './ledger-message.ts';
import { LedgerRepository, type Tip } from './ledger-repository.ts';
import { readRelease, releaseFile, type Release } from './records.ts';
import { notReleased } from './require-release.ts';
import { stackOf } from '../workspace/stack.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** One change of the record of an app or a stack in an environment. */
export interface HistoryEntry {
  /** The commit on the ledger branch. */
  commit: Commit;
  /** When it was committed, ISO 8601. */
  at: string;
  /** The person who requested it; for a run, the committer. */
  by: string;
  action: Action;
  /**
   * The release recorded by the commit. Undefined after a removal, and for a stack whose first update did not
   * finish.
   */
  release?: Release;
  /** The commit whose update of a stack did not finish. */
  pending?: Commit;
  /** The differences from the previous entry, compared by content, not by commit. */
  changed: readonly ('image' | 'configuration' | 'graph')[];
  reason?: string;
  /** The address of the run. */
  run?: string;
  /** Why the record cannot be read, if it was changed by hand. */
  problem?: string;
}

/** The file of a project's record, and how to read it. */
interface ProjectRecord {
  project: string;
  file: string;
  /** The action of a run that changes it. */
  action: 'release' | 'apply';
  read(text: string, name: string): Pick<HistoryEntry, 'release' | 'pending'>;
}

/**
 * The changes of the record of an app or a stack in the ledger's Git history, newest first.
 *
 * @param name the app, or a stack by the name of its folder or its project. An app of this name has priority
 * @param options.limit the maximum number of entries. @default 20
 * @throws {GitopsError} `usage` if the project was never released there, or for a limit below 1;
 *   `auth`, `not-found`, `network` if the ledger cannot be read
 */
export async function history(
  checkout: Checkout,
  environment: Environment,
  name: string,
  { limit = 20 }: { limit?: number } = {},
): Promise<HistoryEntry[]> {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new GitopsError('usage', `${limit} is not a limit. --limit is a whole number from 1.`, {
      value: limit,
    });
  }
  const repository = await LedgerRepository.open(checkout, environment, { history: true });
  try {
    const tip = await repository.tip();
    for (const record of [appRecord(name), stackRecord(environment.name, name)]) {
      const entries = await readEntries(checkout, repository, tip, record, limit);
      if (entries.length > 0) return entries;
    }
    throw notReleased(tip, environment, name);
  } finally {
    await repository.close();
  }
}

/** Like {@link history}, for an app and a ledger opened with its history. Empty for an unknown app. */
export const readHistory = (
  checkout: Checkout,
  repository: LedgerRepository,
  tip: Tip,
  app: string,
  limit = Infinity,
): Promise<HistoryEntry[]> => readEntries(checkout, repository, tip, appRecord(app), limit);

const appRecord = (app: string): ProjectRecord => ({
  project: app,
  file: releaseFile(app),
  action: 'release',
  read: (text, name) => ({ release: readRelease(app, text, name) }),
});

function stackRecord(environment: string, name: string): ProjectRecord {
  const project = stackOf(environment, name);
  const read: ProjectRecord['read'] = (text, name) => {
    const record = readYaml(Applied, text, name);
    const release = asRelease(record);
    return { ...(release && { release }), ...(record.pending && { pending: record.pending }) };
  };
  return { project, file: appliedFile(environment, project), action: 'apply', read };
}

async function readEntries(
  checkout: Checkout,
  repository: LedgerRepository,
  tip: Tip,
  record: ProjectRecord,
  limit: number,
): Promise<HistoryEntry[]> {
  const { project, file, read } = record;
  if (tip.commit === undefined) return [];
  const logged = await repository.log(tip.commit, file, limit + 1); // one more, to compare with
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
      return { ...entryOf(record, commit), ...records[at], changed };
    }),
  );
}

function entryOf({ project, action }: ProjectRecord, { commit, at, committer, trailers }: LoggedCommit) {
  const [by = committer] = trailers.get('By') ?? [];
  const [reason] = trailers.get('Reason') ?? [];
  const [run] = trailers.get('Run') ?? [];
  const named = actionOn(project, trailers);
  return {
    commit,
    at,
    by,
    action: named === 'release' ? action : named,
    ...(reason !== undefined && { reason }),
    ...(run !== undefined && { run }),
  };
}

/**
 * Reads one record. A record that was once changed by hand must not hide the others, because a rollback needs
 * them.
 */
function readRecord(
  read: ProjectRecord['read'],
  text: string | undefined,
  name: string,
): Pick<HistoryEntry, 'release' | 'pending' | 'problem'> {
  if (text === undefined) return {};
  try {
    return read(text, name);
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
