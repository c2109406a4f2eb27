import type { History, Mainline } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * How a commit compares with a recorded release:
 * - `newer`: the record is in its history, or left main's history: the commit may replace it
 * - `older`: the commit lies in the record's history: replacing it would go back in time
 * - `diverged`: both are in main's history and neither contains the other
 */
export type Order = 'newer' | 'older' | 'diverged';

/** Order is by the configuration commit, by ancestry alone; clocks and run numbers are never asked. */
export async function compare(
  source: History,
  mainline: Mainline,
  head: Commit,
  recorded: Commit,
): Promise<Order> {
  if (recorded === head || (await source.isAncestor(recorded, head))) return 'newer';
  if (!(await source.isOnMainline(recorded, mainline))) return 'newer';
  return (await source.isAncestor(head, recorded)) ? 'older' : 'diverged';
}
