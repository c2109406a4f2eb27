import { setTimeout as sleep } from 'node:timers/promises';
import { GitopsError } from './error.ts';
import type { Edit, LedgerRepository, Tip } from './ledger-repository.ts';
import type { Commit } from './source.ts';
import { Queue } from './queue.ts';

/** What to write on top of a tip; no edit means that there is nothing to write. */
export interface Change<T> {
  /** The answer for the caller, true of this very tip. */
  value: T;
  edit?: Edit;
  /** The commit message. */
  message?: string;
  /** The configuration commits that the edit records, to be kept fetchable. */
  releases?: readonly Commit[];
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

/** What an update needs of a place to write to. */
export type Updatable = Pick<
  LedgerRepository,
  'branch' | 'remote' | 'key' | 'tip' | 'at' | 'commit' | 'push'
>;

/** One wish to write, waiting for its turn or being tried. */
interface Wish {
  intend: (tip: Tip) => Promise<Change<unknown>>;
  ended: AbortSignal;
}

/** The last word on a wish, or undefined while it has to be tried again. */
type Answer = { updated: Omit<Updated<unknown>, 'retries'> } | { error: unknown } | undefined;

/** Full jitter between 0 and a ceiling that doubles from 40 ms to 2 s; the ceiling is applied before the jitter. */
const pause = (retries: number): number => Math.random() * Math.min(2_000, 40 * 2 ** retries);

/** Wishes of this process by ledger: those that wait while one is being written go together in the next push. */
const queue = new Queue<Wish, Answer>();

/**
 * Writes to a ledger: the intent is applied to the newest tip and pushed as a compare-and-swap; when somebody
 * else was quicker it is applied anew to the new tip, until it lands or the deadline has passed. Updates of one
 * process that wait for one another make a commit each and one push for all.
 *
 * @param intend makes the change for a tip; called once an attempt
 * @param deadlineMs milliseconds for all attempts together. @default 120000
 * @throws {GitopsError} `timeout` after the deadline, and at once what no retry can mend
 */
export async function updateLedger<T>(
  repository: Updatable,
  intend: (tip: Tip) => Promise<Change<T>>,
  { deadlineMs = 120_000, signal }: { deadlineMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<Updated<T>> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const ended = signal ? AbortSignal.any([deadline, signal]) : deadline;
  const wish: Wish = { intend, ended };
  let last: unknown;
  for (let retries = 0; !ended.aborted; retries += 1) {
    try {
      const answer = await queue.serve(repository.key, wish, (wishes) => attempt(repository, wishes, ended));
      if (answer !== undefined && 'updated' in answer) return { ...answer.updated, retries } as Updated<T>;
      if (answer !== undefined) throw answer.error;
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

/** Tries to write wishes in order, a commit each on top of the one before, all in one push. */
async function attempt(
  repository: Updatable,
  wishes: readonly Wish[],
  signal: AbortSignal,
): Promise<Answer[]> {
  const first = await repository.tip(signal);
  const keep = new Map<string, Commit>();
  const answers: Answer[] = [];
  let tip = first;
  for (const { intend, ended } of wishes) {
    if (ended.aborted) {
      answers.push(undefined); // its own deadline tells
      continue;
    }
    try {
      const change = await intend(tip);
      const commit = await write(repository, tip, change);
      if (commit !== undefined) tip = await repository.at(commit);
      for (const [name, id] of change.keep ?? []) keep.set(name, id);
      answers.push({ updated: { value: change.value, commit } });
    } catch (error) {
      answers.push({ error });
    }
  }
  if (tip.commit === first.commit || tip.commit === undefined) return answers;
  const landed = (await repository.push(tip.commit, first.commit, keep, signal)) === 'landed';
  // What was decided on top of a commit that did not land has to be decided anew.
  return landed ? answers : answers.map(() => undefined);
}

async function write(
  repository: Updatable,
  tip: Tip,
  { edit, message = 'Update', releases }: Change<unknown>,
): Promise<Commit | undefined> {
  if (edit === undefined || edit.size === 0) return undefined;
  return repository.commit(tip.commit, edit, message, releases);
}
