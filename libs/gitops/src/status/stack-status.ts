import type { Applied } from '../ledger/applied.ts';
import type { LedgerState } from '../ledger/records.ts';
import type { Stack } from '../workspace/stack.ts';

/** One stack in one environment, as the ledger tells it. */
export interface StackStatus {
  /** The stack's project. */
  stack: string;
  /** What is recorded of it; undefined until the first apply. */
  applied?: Applied;
  pending: boolean;
  /** It was applied, but its folder is gone. */
  orphan: boolean;
}

/** The stacks of an environment, those that HEAD has and those that were applied, sorted. */
export function stackStatuses(
  stacks: readonly Stack[],
  { pending }: LedgerState,
  records: ReadonlyMap<string, Applied>,
): StackStatus[] {
  const there = new Set(stacks.map(({ name }) => name));
  return [...new Set([...there, ...records.keys()])].sort().map((stack) => {
    const applied = records.get(stack);
    return {
      stack,
      ...(applied && { applied }),
      pending: pending.includes(stack),
      orphan: !there.has(stack),
    };
  });
}
