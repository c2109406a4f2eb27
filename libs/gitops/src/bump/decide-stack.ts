import { givenCommit, type Applied, asRelease } from '../ledger/applied.ts';
import type { EnvironmentState } from '../due/due.ts';
import { compareCommits } from '../due/compare-commits.ts';
import { supersededOutcome } from '../due/superseded.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** What a run did to a stack in the cloud: all of a graph; or, without it, only a part of it, and why. */
export interface StackRun {
  /** The stack's project. */
  app: string;
  graph?: string | undefined;
  reason?: string | undefined;
}

/** The fate of one stack's record, and what is to be written. */
export interface StackDecision {
  outcome: Outcome;
  /** The record from now on, where it changes. */
  record?: Applied;
  /** The cloud may hold something that no record tells: the stack is due until an apply is recorded. */
  astray: boolean;
}

/** The fate of one stack that a run has touched, on top of one tip. */
export async function decideStack(
  current: EnvironmentState,
  config: Commit,
  run: StackRun,
  before: Applied | undefined,
): Promise<StackDecision> {
  const { app, graph, reason = 'its update did not end' } = run;
  const folder = current.stacks.find(({ name }) => name === app)?.folder;
  if (folder === undefined) {
    return {
      outcome: { app, outcome: 'failed', reason: 'is no stack of this environment at this commit' },
      astray: false,
    };
  }
  const known = asRelease(before);
  const as = (outcome: Outcome['outcome'], after = known, why?: string): Outcome => ({
    app,
    outcome,
    ...(why !== undefined && { reason: why }),
    ...(known && { before: known }),
    ...(after && { after }),
  });
  const overtaken = await supersededOutcome(current, app, before && givenCommit(before), 'applied');
  if (overtaken) {
    const outcome = graph === undefined ? 'failed' : overtaken.outcome;
    const why = graph === undefined ? reason : overtaken.reason;
    return { outcome: as(outcome, known, why), astray: !(await isMended(current, before)) };
  }
  if (graph === undefined) {
    return { outcome: as('failed', known, reason), record: { ...before, pending: config }, astray: true };
  }
  if (before?.graph === graph && before.source === config && before.pending === undefined) {
    return { outcome: as('unchanged'), astray: false };
  }
  const record = { source: config, graph };
  return {
    outcome: as('landed', asRelease(record)),
    record,
    astray: !(await follows(current, before && givenCommit(before))),
  };
}

/** Whether the commit contains the recorded one. Of a rewritten main nothing tells which of two was applied last. */
async function follows({ checkout, head }: EnvironmentState, recorded: Commit | undefined): Promise<boolean> {
  return recorded === undefined || recorded === head || (await checkout.isAncestor(recorded, head));
}

/** A newer commit was applied to its end. No engine goes back, so that was later, whatever this run had done. */
async function isMended(
  { checkout, mainline, head }: EnvironmentState,
  before: Applied | undefined,
): Promise<boolean> {
  if (before?.source === undefined || before.pending !== undefined) return false;
  return (await compareCommits(checkout, mainline, head, before.source)) === 'older';
}
