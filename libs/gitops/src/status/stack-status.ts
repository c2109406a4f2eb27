import type { Applied } from '../ledger/applied-record.ts';
import type { LedgerState } from '../ledger/records.ts';
import type { Stack } from '../workspace/stack.ts';

/** The status of a stack in an environment, from the ledger. */
export interface StackStatus {
  /** The stack's project. */
  stack: string;
  /** Its record. Undefined before the first apply. */
  applied?: Applied;
  pending: boolean;
  /** Whether it was applied but its folder no longer exists. */
  orphan: boolean;
}

/** The stacks of an environment, those at HEAD and those that were applied, sorted. */
export function stackStatuses(
  stacks: readonly Stack[],
  { pending }: LedgerState,
  records: ReadonlyMap<string, Applied>,
): StackStatus[] {
  const atHead = new Set(stacks.map(({ name }) => name));
  return [...new Set([...atHead, ...records.keys()])].sort().map((stack) => {
    const applied = records.get(stack);
    return {
      stack,
      ...(applied && { applied }),
      pending: pending.includes(stack),
      orphan: !atHead.has(stack),
    };
  });
}
