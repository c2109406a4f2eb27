import { appsAt, type App } from '../workspace/app.ts';
import { readApplied, type Applied } from '../ledger/applied-record.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readReleases, readState, releasedApps, type LedgerState, type Release } from '../ledger/records.ts';
import { mainlineOf } from '../eligibility/mainline.ts';
import type { Mainline, Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import { stacksAt, type Stack } from '../workspace/stack.ts';

/** An environment whose ledger cannot be read, and why. */
export interface UnreadableStatus {
  environment: string;
  error: GitopsError;
}

/** The ledger of an environment, and what HEAD deploys there. */
export interface EnvironmentReading {
  environment: Environment;
  apps: readonly App[];
  ledger: { remote: string; branch: string; commit?: Commit };
  state: LedgerState;
  releases: ReadonlyMap<string, Release>;
  stacks: readonly Stack[];
  applied: ReadonlyMap<string, Applied>;
  /** The history from which the environment releases, if only promotions release there. */
  mainline?: Mainline | undefined;
}

/** Reads the ledger of an environment, and what HEAD deploys there. */
export async function readEnvironmentLedger(
  checkout: Checkout,
  head: Commit,
  environment: Environment,
): Promise<EnvironmentReading | UnreadableStatus> {
  const { branch } = environment.ledger;
  let repository: LedgerRepository | undefined;
  try {
    repository = await LedgerRepository.open(checkout, environment);
    const [tip, apps] = await Promise.all([repository.tip(), appsAt(checkout, head, environment.name)]);
    const names = releasedApps(tip);
    const [state, releases] = await Promise.all([readState(tip, branch), readReleases(tip, names, branch)]);
    const ledger = { remote: repository.remote, branch, ...(tip.commit && { commit: tip.commit }) };
    const mainline = environment.deploy === 'promote' ? await mainlineOf(checkout, environment) : undefined;
    const stacks = await stacksAt(checkout, head, environment.name);
    const applied = await readApplied(tip, environment.name, branch);
    return { environment, apps, ledger, state, releases, stacks, applied, mainline };
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return { environment: environment.name, error };
  } finally {
    await repository?.close();
  }
}
