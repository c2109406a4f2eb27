import { setTimeout as sleep } from 'node:timers/promises';
import { GitopsError } from '../error.ts';
import { SharedPush } from './shared-push.ts';
import { FairBackoff } from './fair-backoff.ts';
import type { Commit } from '../git/commit.ts';

/** What to write on top of a tip. Without an edit nothing is written. */
export interface Change<T, Content = string> {
  /** The result for the caller, valid for this tip. */
  value: T;
  /** New file contents by path; undefined removes the file. */
  edit?: ReadonlyMap<string, Content | undefined>;
  /** The commit message. */
  message?: string;
  /** The configuration commits that the edit records; they stay fetchable. */
  releases?: readonly Commit[];
  /** Refs to write in the same push, by name. */
  keep?: ReadonlyMap<string, Commit>;
}

/** The result of an update. */
export interface Updated<T> {
  value: T;
  /** The commit that the remote now has; undefined if there was nothing to write. */
  commit: Commit | undefined;
  /** The number of retries after lost races and network failures. */
  retries: number;
}

/** A branch that can be written. @typeParam State the content of a commit, as far as changes depend on it */
export interface WritableBranch<State, Content> {
  readonly branch: string;
  readonly remote: string;
  /** Updates of branches with the same key share pushes. */
  readonly key: string;
  /** The newest state. */
  tip(signal?: AbortSignal): Promise<State>;
  /** The state at a commit that was made here. */
  at(commit: Commit): Promise<State>;
  /** The content of a fetched commit object. */
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

/** An update that waits or is being attempted. */
interface PendingUpdate<State, Content> {
  intend: (tip: State) => Promise<Change<unknown, Content>>;
  backoff: FairBackoff;
  ended: AbortSignal;
}

/** The result of an update, or the milliseconds to pause before the next attempt. */
type Answer =
  { updated: Omit<Updated<unknown>, 'retries'> } | { error: unknown } | { pause: number; lost: boolean };

/** The updates of this process by branch: those that wait while a push runs share the next push. */
const queue = new SharedPush<unknown, Answer>();

/**
 * Writes to a branch: makes the change for the newest tip and pushes it as a compare-and-swap. After a lost
 * race it makes the change for the new tip, until it lands or the deadline has passed. Waiting updates of one
 * process share a push, with one commit each.
 *
 * @param intend makes the change for a tip; called once per attempt
 * @throws {GitopsError} `timeout` after the deadline; at once every error that is not retryable
 */
export async function updateBranch<T, State extends { commit: Commit | undefined }, Content>(
  branch: WritableBranch<State, Content>,
  intend: (tip: State) => Promise<Change<T, Content>>,
  { deadlineMs = 120_000, signal }: UpdateOptions = {},
): Promise<Updated<T>> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const stop = signal ? AbortSignal.any([deadline, signal]) : deadline;
  const backoff = new FairBackoff(deadlineMs);
  const update: PendingUpdate<State, Content> = { intend, backoff, ended: stop };
  let last: unknown;
  let retries = 0;
  while (!stop.aborted) {
    let pause: number;
    try {
      const answer = await queue.serve(branch.key, update, (updates) =>
        attempt(branch, updates as PendingUpdate<State, Content>[], stop),
      );
      if ('updated' in answer) return { ...answer.updated, retries } as Updated<T>;
      if ('error' in answer) throw answer.error;
      pause = answer.pause;
      if (answer.lost) retries += 1;
    } catch (error) {
      if (!(error instanceof GitopsError && error.retryable)) throw error;
      last = error;
      retries += 1;
      pause = backoff.afterFailure();
    }
    await sleep(pause, undefined, { signal: stop }).catch(() => {});
  }
  throw new GitopsError(
    'timeout',
    `${branch.branch} at ${branch.remote} could not be written within ${deadlineMs / 1000} s` +
      `${last instanceof Error ? ` (last error: ${last.message})` : ''}. Nothing was recorded. Run again.`,
    { cause: last },
  );
}

/** Attempts updates in order, each as a commit on top of the one before, with one push for all. */
async function attempt<State extends { commit: Commit | undefined }, Content>(
  branch: WritableBranch<State, Content>,
  updates: readonly PendingUpdate<State, Content>[],
  signal: AbortSignal,
): Promise<Answer[]> {
  const started = performance.now();
  const first = await branch.tip(signal);
  const newest = first.commit && (await branch.text(first.commit));
  const fetched = performance.now() - started;
  // The update that has waited longest decides.
  const pause = Math.min(...updates.map(({ backoff }) => backoff.delayBefore(newest, fetched)));
  if (pause > 0) return updates.map(() => ({ pause, lost: false }));
  const keep = new Map<string, Commit>();
  const answers: Answer[] = [];
  let tip = first;
  for (const update of updates) {
    if (update.ended.aborted) {
      answers.push({ pause: 0, lost: false }); // its loop reports the deadline
      continue;
    }
    try {
      const change = await update.intend(tip);
      const commit = await write(branch, tip, change, update.backoff);
      if (commit !== undefined) tip = await branch.at(commit);
      for (const [name, id] of change.keep ?? []) keep.set(name, id);
      answers.push({ updated: { value: change.value, commit } });
    } catch (error) {
      answers.push({ error });
    }
  }
  if (tip.commit === first.commit || tip.commit === undefined) return answers;
  if ((await branch.push(tip.commit, first.commit, keep, signal)) === 'landed') return answers;
  // The commits did not land, so every update decides again.
  const took = performance.now() - started;
  return updates.map(({ backoff }) => ({ pause: backoff.afterLoss(took), lost: true }));
}

async function write<State extends { commit: Commit | undefined }, Content>(
  branch: WritableBranch<State, Content>,
  tip: State,
  { edit, message = 'Update', releases }: Change<unknown, Content>,
  backoff: FairBackoff,
): Promise<Commit | undefined> {
  if (edit === undefined || edit.size === 0) return undefined;
  return branch.commit(tip.commit, edit, backoff.withWaitTrailer(message), releases);
}
