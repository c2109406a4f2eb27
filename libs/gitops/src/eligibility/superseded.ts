import { standing, type EnvironmentState } from '../due/due.ts';
import { compareCommits } from './compare-commits.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';

/**
 * The outcome of a project if a newer commit was already released, applied or considered. Undefined if it may
 * go on.
 *
 * @param recorded the commit of the project's record
 */
export async function supersededOutcome(
  current: Pick<EnvironmentState, 'checkout' | 'head' | 'mainline' | 'state'>,
  project: string,
  recorded: Commit | undefined,
  done: 'released' | 'applied' = 'released',
): Promise<Required<Pick<Outcome, 'outcome' | 'reason'>> | undefined> {
  const { checkout, mainline, head, state } = current;
  if (recorded !== undefined) {
    const order = await compareCommits(checkout, mainline, head, recorded);
    if (order === 'older') {
      return { outcome: 'superseded', reason: `${recorded.slice(0, 12)} is newer and ${done}` };
    }
    if (order === 'diverged') {
      return {
        outcome: 'failed',
        reason: `diverged: neither this commit nor ${recorded.slice(0, 12)} contains the other`,
      };
    }
  }
  if (state.pending.includes(project) || (await standing(current)) !== 'behind') return undefined;
  return { outcome: 'superseded', reason: `${state.through?.slice(0, 12)} is newer and was considered` };
}
