import { setTimeout as sleep } from 'node:timers/promises';
import { GitopsError } from '../error.ts';
import { SharedPush } from './shared-push.ts';
import { FairBackoff } from './fair-backoff.ts';
import type { Commit } from '../git/commit.ts';

/** What to write on top of a tip; no edit means that there is nothing to write. */
export interface Change<T, Content = string> {
  /** The answer for the caller, true of this very tip. */
  value: T;
  /** New file contents by path; undefined removes the file. */
  edit?: ReadonlyMap<string, Content | undefined>;
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

/** A branch as a place to write to. @typeParam State what a commit of it holds, as far as changes depend on it */
export interface WritableBranch<State, Content> {
  readonly branch: string;
  readonly remote: string;
  /** Updates of places with one key go together. */
  readonly key: string;
  /** The newest state. */
  tip(signal?: AbortSignal): Promise<State>;
  /** The state at a commit that was made here. */
  at(commit: Commit): Promise<State>;
  /** A commit that was fetched, as Git stores it. */
  text(commit: Commit): Promise<string | undefined>;
  commit(
    parent: Commit | undefined,
    edit: ReadonlyMap<string, Content | undefined>,
    message: string,
    releases?: readonly Commit[],
  ): Promise<Commit>;
  push(
    commit: Commit,
    expected: Commit | undefined,
    keep: ReadonlyMap<string, Commit>,
    signal?: AbortSignal,
  ): Promise<'landed' | 'stale'>;
}

/** How long an update may take. */
export interface UpdateOptions {
  /** Milliseconds for all attempts together. @default 120000 */
  deadlineMs?: number;
  signal?: AbortSignal | undefined;
}

/** One wish to write, waiting for its turn or being tried. */
interface PendingUpdate<State, Content> {
  intend: (tip: State) => Promise<Change<unknown, Content>>;
  backoff: FairBackoff;
  ended: AbortSignal;
}

/** The last word on a wish, or for how many milliseconds to pause, because it was not its turn or somebody was quicker. */
type Answer =
  { updated: Omit<Updated<unknown>, 'retries'> } | { error: unknown } | { pause: number; beaten: boolean };

/** Wishes of this process by ledger: those that wait while one is being written go together in the next push. */
const queue = new SharedPush<unknown, Answer>();

/**
 * Writes to a branch: the intent is applied to the newest tip and pushed as a compare-and-swap; when somebody
 * else was quicker it is applied anew to the new tip, until it lands or the deadline has passed. Updates of one
 * process that wait for one another make a commit each and one push for all.
 *
 * @param intend makes the change for a tip; called once an attempt
 * @throws {GitopsError} `timeout` after the deadline, and at once what no retry can mend
 */
export async function updateBranch<T, State extends { commit: Commit | undefined }, Content>(
  place: WritableBranch<State, Content>,
  intend: (tip: State) => Promise<Change<T, Content>>,
  { deadlineMs = 120_000, signal }: UpdateOptions = {},
): Promise<Updated<T>> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const ended = signal ? AbortSignal.any([deadline, signal]) : deadline;
  const backoff = new FairBackoff(deadlineMs);
  const update: PendingUpdate<State, Content> = { intend, backoff, ended };
  let last: unknown;
  let retries = 0;
  while (!ended.aborted) {
    let pause: number;
    try {
      const answer = await queue.serve(place.key, update, (wishes) =>
        attempt(place, wishes as PendingUpdate<State, Content>[], ended),
      );
      if ('updated' in answer) return { ...answer.updated, retries } as Updated<T>;
      if ('error' in answer) throw answer.error;
      pause = answer.pause;
      if (answer.beaten) retries += 1;
    } catch (error) {
      if (!(error instanceof GitopsError && error.retryable)) throw error;
      last = error;
      retries += 1;
      pause = backoff.afterFailure();
    }
    await sleep(pause, undefined, { signal: ended }).catch(() => {});
  }
  throw new GitopsError(
    'timeout',
    `${place.branch} at ${place.remote} could not be written within ${deadlineMs / 1000} s` +
      `${last instanceof Error ? ` (last: ${last.message})` : ''}. Nothing was recorded; run again.`,
    { cause: last },
  );
}

/** Tries to write wishes in order, a commit each on top of the one before, all in one push. */
async function attempt<State extends { commit: Commit | undefined }, Content>(
  place: WritableBranch<State, Content>,
  updates: readonly PendingUpdate<State, Content>[],
  signal: AbortSignal,
): Promise<Answer[]> {
  const began = performance.now();
  const first = await place.tip(signal);
  const newest = first.commit && (await place.text(first.commit));
  const asked = performance.now() - began;
  const pause = Math.min(...updates.map(({ backoff }) => backoff.delayBefore(newest, asked))); // whoever waits longest decides
  if (pause > 0) return updates.map(() => ({ pause, beaten: false }));
  const keep = new Map<string, Commit>();
  const answers: Answer[] = [];
  let tip = first;
  for (const update of updates) {
    if (update.ended.aborted) {
      answers.push({ pause: 0, beaten: false }); // its own deadline tells
      continue;
    }
    try {
      const change = await update.intend(tip);
      const commit = await write(place, tip, change, update.backoff);
      if (commit !== undefined) tip = await place.at(commit);
      for (const [name, id] of change.keep ?? []) keep.set(name, id);
      answers.push({ updated: { value: change.value, commit } });
    } catch (error) {
      answers.push({ error });
    }
  }
  if (tip.commit === first.commit || tip.commit === undefined) return answers;
  if ((await place.push(tip.commit, first.commit, keep, signal)) === 'landed') return answers;
  // What was decided on top of a commit that did not land has to be decided anew.
  const took = performance.now() - began;
  return updates.map(({ backoff }) => ({ pause: backoff.afterLoss(took), beaten: true }));
}

async function write<State extends { commit: Commit | undefined }, Content>(
  place: WritableBranch<State, Content>,
  tip: State,
  { edit, message = 'Update', releases }: Change<unknown, Content>,
  backoff: FairBackoff,
): Promise<Commit | undefined> {
  if (edit === undefined || edit.size === 0) return undefined;
  return place.commit(tip.commit, edit, backoff.withWaitTrailer(message), releases);
}
