import { givenCommit, readApplied, type Applied } from '../ledger/applied-record.ts';
import type { EnvironmentState } from '../due/due.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readState, type LedgerState } from '../ledger/records.ts';
import { mainlineOf } from './mainline.ts';
import { supersededOutcome } from './superseded.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * The ledger's records of all stacks that were ever applied in its environment, by project.
 *
 * @throws {GitopsError} `invalid`, and the errors of reading the remote
 */
export async function appliedStacks(
  checkout: Checkout,
  environment: Environment,
): Promise<Map<string, Applied>> {
  return (await readLedger(checkout, environment)).applied;
}

/**
 * Asserts that the checked-out commit may be applied to a stack: the newer commit wins, as in a bump. Call it
 * before the engine starts, and again while the engine has locked the stack, with the commit of its last
 * update: another run may have been faster, and the ledger is written only after the update.
 *
 * @param stack the project
 * @param last the commit of the engine's last update, if it knows one
 * @throws {GitopsError} `refused`, and the errors of reading the remotes
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
  const superseded = await isApplySuperseded(
    { checkout, head, mainline, state },
    stack,
    applied.get(stack),
    last,
  );
  if (superseded === undefined) return;
  throw new GitopsError(
    'refused',
    `${stack} is not applied at ${head.slice(0, 12)}: ${superseded}. Apply the newer commit. To go back, revert on main and apply the revert.`,
    { value: head },
  );
}

/**
 * Why a commit must not be applied to a stack. Undefined if it may. @param record the stack's record in the
 * ledger
 */
export async function isApplySuperseded(
  current: Pick<EnvironmentState, 'checkout' | 'head' | 'mainline' | 'state'>,
  stack: string,
  record: Applied | undefined,
  last: Commit | undefined,
): Promise<string | undefined> {
  for (const commit of [record && givenCommit(record), last]) {
    const superseded = await supersededOutcome(current, stack, commit, 'applied');
    if (superseded) return superseded.reason;
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
