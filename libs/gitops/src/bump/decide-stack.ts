import { givenCommit, type Applied, displayed } from '../ledger/applied.ts';
import type { Situation } from '../due/due.ts';
import { compare } from '../due/compare-commits.ts';
import { isOvertaken } from '../due/superseded.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** What a run did to a stack in the cloud: all of a graph; or, without it, only a part of it, and why. */
export interface Touched {
  /** The stack's project. */
  app: string;
  graph?: string | undefined;
  reason?: string | undefined;
}

/** The fate of one stack's record, and what is to be written. */
export interface StackFate {
  outcome: Outcome;
  /** The record from now on, where it changes. */
  record?: Applied;
  /** The cloud may hold something that no record tells: the stack is due until an apply is recorded. */
  astray: boolean;
}

/** The fate of one stack that a run has touched, on top of one tip. */
export async function decideStack(
  situation: Situation,
  config: Commit,
  touched: Touched,
  before: Applied | undefined,
): Promise<StackFate> {
  const { app, graph, reason = 'its update did not end' } = touched;
  const folder = situation.stacks.find(({ name }) => name === app)?.folder;
  if (folder === undefined) {
    return {
      outcome: { app, outcome: 'failed', reason: 'is no stack of this environment at this commit' },
      astray: false,
    };
  }
  const known = displayed(before);
  const as = (outcome: Outcome['outcome'], after = known, why?: string): Outcome => ({
    app,
    outcome,
    ...(why !== undefined && { reason: why }),
    ...(known && { before: known }),
    ...(after && { after }),
  });
  const overtaken = await isOvertaken(situation, app, before && givenCommit(before), 'applied');
  if (overtaken) {
    const outcome = graph === undefined ? 'failed' : overtaken.outcome;
    const why = graph === undefined ? reason : overtaken.reason;
    return { outcome: as(outcome, known, why), astray: !(await isMended(situation, before)) };
  }
  if (graph === undefined) {
    return { outcome: as('failed', known, reason), record: { ...before, pending: config }, astray: true };
  }
  if (before?.graph === graph && before.source === config && before.pending === undefined) {
    return { outcome: as('unchanged'), astray: false };
  }
  const record = { source: config, graph };
  return {
    outcome: as('landed', displayed(record)),
    record,
    astray: !(await follows(situation, before && givenCommit(before))),
  };
}

/** Whether the commit contains the recorded one. Of a rewritten main nothing tells which of two was applied last. */
async function follows({ source, head }: Situation, recorded: Commit | undefined): Promise<boolean> {
  return recorded === undefined || recorded === head || (await source.isAncestor(recorded, head));
}

/** A newer commit was applied to its end. No engine goes back, so that was later, whatever this run had done. */
async function isMended(
  { source, mainline, head }: Situation,
  before: Applied | undefined,
): Promise<boolean> {
  if (before?.source === undefined || before.pending !== undefined) return false;
  return (await compare(source, mainline, head, before.source)) === 'older';
}
