import { appsAt } from '../workspace/app.ts';
import type { CheckoutState } from './affected-base.ts';
import type { ChangedProjects } from './due.ts';
import type { Environment } from '../workspace/environment.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readState } from '../ledger/records.ts';
import { mainlineOf } from '../eligibility/mainline.ts';
import type { Checkout } from '../checkout/checkout.ts';
import { stacksAt } from '../workspace/stack.ts';

/**
 * Reads the state of an environment against the checked-out commit. Does not check whether the commit may be
 * released.
 *
 * @throws {GitopsError} `no-commit`; `auth`, `not-found`, `network` if the ledger or main cannot be read
 */
export async function readEnvironmentState(
  checkout: Checkout,
  environment: Environment,
  changed: ChangedProjects,
): Promise<CheckoutState> {
  const head = await checkout.head();
  const mainline = await mainlineOf(checkout, environment);
  const apps = await appsAt(checkout, head, environment.name);
  const stacks = await stacksAt(checkout, head, environment.name);
  const repository = await LedgerRepository.open(checkout, environment);
  try {
    const state = await readState(await repository.tip(), environment.ledger.branch);
    return { checkout, head, mainline, apps, stacks, deploy: environment.deploy, state, changed };
  } finally {
    await repository.close();
  }
}
