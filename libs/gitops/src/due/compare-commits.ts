import type { CommitGraph, Mainline } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * How a commit compares with a recorded release:
 * - `newer`: the record is in its history, or left main's history: the commit may replace it
 * - `older`: the commit lies in the record's history: replacing it would go back in time
 * - `diverged`: both are in main's history and neither contains the other
 */
type Comparison = 'newer' | 'older' | 'diverged';

/** Order is by the configuration commit, by ancestry alone; clocks and run numbers are never asked. */
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
