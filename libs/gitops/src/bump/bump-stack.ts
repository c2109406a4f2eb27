import { givenCommit, type Applied, asRelease } from '../ledger/applied-record.ts';
import type { EnvironmentState } from '../due/due.ts';
import { compareCommits } from '../eligibility/compare-commits.ts';
import { supersededOutcome } from '../eligibility/superseded.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';

/**
 * What a run applied of a stack: the whole graph; or, without `graph`, perhaps only a part, with the reason.
 */
export interface StackRun {
  /** The stack's project. */
  app: string;
  graph?: string | undefined;
  reason?: string | undefined;
}

/** The outcome of one stack, and its new record. */
export interface StackDecision {
  outcome: Outcome;
  /** The new record. Undefined if it does not change. */
  record?: Applied;
  /** Whether the cloud may differ from the record. If so, the stack stays due until an apply is recorded. */
  uncertain: boolean;
}

/** The outcome of one stack that a run has updated, on top of a tip. */
export async function decideStack(
  current: EnvironmentState,
  config: Commit,
  run: StackRun,
  before: Applied | undefined,
): Promise<StackDecision> {
  const { app, graph, reason = 'its update did not finish' } = run;
  const folder = current.stacks.find(({ name }) => name === app)?.folder;
  if (folder === undefined) {
    return {
      outcome: { app, outcome: 'failed', reason: 'is not a stack of this environment at this commit' },
      uncertain: false,
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
  const superseded = await supersededOutcome(current, app, before && givenCommit(before), 'applied');
  if (superseded) {
    const outcome = graph === undefined ? 'failed' : superseded.outcome;
    const why = graph === undefined ? reason : superseded.reason;
    return { outcome: as(outcome, known, why), uncertain: !(await isFinishedLater(current, before)) };
  }
  if (graph === undefined) {
    return { outcome: as('failed', known, reason), record: { ...before, pending: config }, uncertain: true };
  }
  if (before?.graph === graph && before.source === config && before.pending === undefined) {
    return { outcome: as('unchanged'), uncertain: false };
  }
  const record = { source: config, graph };
  return {
    outcome: as('landed', asRelease(record)),
    record,
    uncertain: !(await follows(current, before && givenCommit(before))),
  };
}

/**
 * Whether the commit contains the recorded one. If main was rewritten, it is unknown which was applied last.
 */
async function follows({ checkout, head }: EnvironmentState, recorded: Commit | undefined): Promise<boolean> {
  return recorded === undefined || recorded === head || (await checkout.isAncestor(recorded, head));
}

/** Whether a newer commit was applied completely. The engine never goes back, so that was after this run. */
async function isFinishedLater(
  { checkout, mainline, head }: EnvironmentState,
  before: Applied | undefined,
): Promise<boolean> {
  if (before?.source === undefined || before.pending !== undefined) return false;
  return (await compareCommits(checkout, mainline, head, before.source)) === 'older';
}
