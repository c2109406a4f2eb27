import type { CommitGraph, Mainline } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * How a commit compares with the commit of a recorded release:
 * - `newer`: the recorded commit is in its history, or is no longer in main's history: the commit may replace it
 * - `older`: the commit is in the history of the recorded one: replacing it would go back in time
 * - `diverged`: both are in main's history, and neither contains the other
 */
type Comparison = 'newer' | 'older' | 'diverged';

/** Compares configuration commits by ancestry alone, never by clocks or run numbers. */
export async function compareCommits(
  checkout: CommitGraph,
  mainline: Mainline,
  head: Commit,
  recorded: Commit,
): Promise<Comparison> {
  if (recorded === head || (await checkout.isAncestor(recorded, head))) return 'newer';
  if (!(await checkout.isOnMainline(recorded, mainline))) return 'newer';
  return (await checkout.isAncestor(head, recorded)) ? 'older' : 'diverged';
}
