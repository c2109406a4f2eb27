import { setTimeout as sleep } from 'node:timers/promises';
import { GitopsError } from './error.ts';
import type { Edit, LedgerRepository, Tip } from './ledger-repository.ts';
import type { Commit } from './source.ts';

/** What to write on top of a tip; no edit means that there is nothing to write. */
export interface Change<T> {
  /** The answer for the caller, true of this very tip. */
  value: T;
  edit?: Edit;
  /** The commit message. */
  message?: string;
  /** Refs to write in the same push, by name. */
  keep?: ReadonlyMap<string, Commit>;
}

/** What came of an update. */
export interface Updated<T> {
  value: T;
  /** The commit that the remote now holds; undefined when there was nothing to write. */
  commit: Commit | undefined;
  /** How often the change was made anew because somebody else was quicker or the network failed. */
  retries: number;
}

/** Full jitter between 0 and a ceiling that doubles from 40 ms to 2 s; the ceiling is applied before the jitter. */
const pause = (retries: number): number => Math.random() * Math.min(2_000, 40 * 2 ** retries);

/**
 * Writes to a ledger: the intent is applied to the newest tip and pushed as a compare-and-swap; when somebody
 * else was quicker it is applied anew to the new tip, until it lands or the deadline has passed.
 *
 * @param intend makes the change for a tip; called once an attempt
 * @param deadlineMs milliseconds for all attempts together. @default 120000
 * @throws {GitopsError} `timeout` after the deadline, and at once what no retry can mend
 */
export async function updateLedger<T>(
  repository: LedgerRepository,
  intend: (tip: Tip) => Promise<Change<T>>,
  { deadlineMs = 120_000, signal }: { deadlineMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<Updated<T>> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const ended = signal ? AbortSignal.any([deadline, signal]) : deadline;
  let last: unknown;
  for (let retries = 0; !ended.aborted; retries += 1) {
    try {
      const updated = await attempt(repository, intend, ended);
      if (updated !== 'stale') return { ...updated, retries };
    } catch (error) {
      if (!(error instanceof GitopsError && error.retryable)) throw error;
      last = error;
    }
    await sleep(pause(retries), undefined, { signal: ended }).catch(() => {});
  }
  throw new GitopsError(
    'timeout',
    `${repository.branch} at ${repository.remote} could not be written within ${deadlineMs / 1000} s` +
      `${last instanceof Error ? ` (last: ${last.message})` : ''}. Nothing was recorded; run again.`,
    { cause: last },
  );
}

async function attempt<T>(
  repository: LedgerRepository,
  intend: (tip: Tip) => Promise<Change<T>>,
  signal: AbortSignal,
): Promise<Omit<Updated<T>, 'retries'> | 'stale'> {
  const tip = await repository.tip(signal);
  const { value, edit, message = 'Update', keep } = await intend(tip);
  if (edit === undefined || edit.size === 0) return { value, commit: undefined };
  const commit = await repository.commit(tip.commit, edit, message);
  return (await repository.push(commit, tip.commit, keep, signal)) === 'landed' ? { value, commit } : 'stale';
}
