import { appsAt } from '../workspace/app.ts';
import type { CheckoutSituation } from './affected-base.ts';
import type { ChangedProjects } from './due.ts';
import type { Environment } from '../workspace/environment.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readState } from '../ledger/records.ts';
import { mainlineOf } from './mainline.ts';
import type { Source } from '../checkout/checkout.ts';
import { stacksAt } from '../workspace/stack.ts';

/**
 * Reads the state of an environment against the checked-out commit, without judging whether it may be released.
 *
 * @throws {GitopsError} `no-commit`, and `auth`, `not-found`, `network` where ledger or main cannot be read
 */
export async function readSituation(
  source: Source,
  environment: Environment,
  changed: ChangedProjects,
): Promise<CheckoutSituation> {
  const head = await source.head();
  const mainline = await mainlineOf(source, environment);
  const apps = await appsAt(source, head, environment.name);
  const stacks = await stacksAt(source, head, environment.name);
  const repository = await LedgerRepository.open(source, environment);
  try {
    const state = await readState(await repository.tip(), environment.ledger.branch);
    return { source, head, mainline, apps, stacks, deploy: environment.deploy, state, changed };
  } finally {
    await repository.close();
  }
}
