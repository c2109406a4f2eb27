import { givenCommit, readApplied, type Applied } from '../ledger/applied.ts';
import type { EnvironmentState } from './due.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readState, type LedgerState } from '../ledger/records.ts';
import { mainlineOf } from './mainline.ts';
import { supersededOutcome } from './superseded.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * What a ledger says of each stack that was ever applied in its environment, by project.
 *
 * @throws {GitopsError} `invalid`, and what asking the remote can throw
 */
export async function appliedStacks(
  checkout: Checkout,
  environment: Environment,
): Promise<Map<string, Applied>> {
  return (await readLedger(checkout, environment)).applied;
}

/**
 * Asserts that the checked-out commit may be applied to a stack: newer wins, as in a bump. To be asked before the engine
 * is started; and once more while it holds the stack, with the commit that it was given last: another run may have been
 * quicker, and the ledger hears of that only after it.
 *
 * @param stack the project
 * @param last the commit that the engine was given last, as far as it knows
 * @throws {GitopsError} `refused`, and what asking the remotes can throw
 */
export async function assertMayApply(
  checkout: Checkout,
  environment: Environment,
  stack: string,
  last?: Commit,
): Promise<void> {
  const head = await checkout.head();
  const mainline = await mainlineOf(checkout, environment);
  const { applied, state } = await readLedger(checkout, environment);
  const overtaken = await isApplySuperseded(
    { checkout, head, mainline, state },
    stack,
    applied.get(stack),
    last,
  );
  if (overtaken === undefined) return;
  throw new GitopsError(
    'refused',
    `${stack} is not applied at ${head.slice(0, 12)}: ${overtaken}. Apply the newer commit; to go back, revert on main and apply that.`,
    { value: head },
  );
}

/** Why a commit must not be applied to a stack, if anything. @param record what the ledger holds of it */
export async function isApplySuperseded(
  current: Pick<EnvironmentState, 'checkout' | 'head' | 'mainline' | 'state'>,
  stack: string,
  record: Applied | undefined,
  last: Commit | undefined,
): Promise<string | undefined> {
  for (const commit of [record && givenCommit(record), last]) {
    const overtaken = await supersededOutcome(current, stack, commit, 'applied');
    if (overtaken) return overtaken.reason;
  }
  return undefined;
}

async function readLedger(
  checkout: Checkout,
  environment: Environment,
): Promise<{ applied: Map<string, Applied>; state: LedgerState }> {
  const repository = await LedgerRepository.open(checkout, environment);
  try {
    const { branch } = environment.ledger;
    const tip = await repository.tip();
    return { applied: await readApplied(tip, environment.name, branch), state: await readState(tip, branch) };
  } finally {
    await repository.close();
  }
}
