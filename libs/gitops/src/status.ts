import { appsAt, deployFolder, appFolder, PLATFORM_CHART, type App } from './app.ts';
import type { Environment } from './environment.ts';
import { LedgerRepository } from './ledger-repository.ts';
import { readReleases, readState, releasedApps, type LedgerState, type Release } from './ledger.ts';
import { isHeld } from './order.ts';
import type { Commit, Source } from './source.ts';

/** One app in one environment, as the ledger tells it. */
export interface AppStatus {
  app: string;
  /** Undefined until the first release. */
  release?: Release;
  /** When the released configuration was committed, in milliseconds since 1970, where this checkout knows it. */
  committedAt?: number;
  /** Commits between the release and HEAD that touch the app or its chart, where this checkout can tell. */
  behind?: number;
  pending: boolean;
  held: boolean;
  /** There is a release, but HEAD no longer deploys the app here. */
  orphan: boolean;
}

/** One environment, as its ledger tells it. */
export interface EnvironmentStatus {
  environment: string;
  ledger: { remote: string; branch: string; commit?: Commit };
  state: LedgerState;
  apps: AppStatus[];
}

/**
 * Reads what is released in an environment and how far HEAD is ahead of it.
 *
 * @throws {GitopsError} `auth`, `not-found`, `network` where the ledger cannot be read
 */
export async function environmentStatus(
  source: Source,
  environment: Environment,
): Promise<EnvironmentStatus> {
  const head = await source.head();
  const repository = await LedgerRepository.open(source, environment.ledger);
  try {
    const tip = await repository.tip();
    const { branch } = environment.ledger;
    const [apps, state] = [await appsAt(source, head, environment.name), await readState(tip, branch)];
    const names = [...new Set([...apps.map(({ name }) => name), ...releasedApps(tip)])].sort();
    const releases = await readReleases(tip, names, branch);
    return {
      environment: environment.name,
      ledger: { remote: repository.remote, branch, ...(tip.commit && { commit: tip.commit }) },
      state,
      apps: await Promise.all(
        names.map((name) => appStatus(source, head, name, apps, state, releases.get(name))),
      ),
    };
  } finally {
    await repository.close();
  }
}

async function appStatus(
  source: Source,
  head: Commit,
  app: string,
  apps: readonly App[],
  state: LedgerState,
  release: Release | undefined,
): Promise<AppStatus> {
  const deployed = apps.find(({ name }) => name === app);
  const status: AppStatus = {
    app,
    pending: state.pending.includes(app),
    held: release !== undefined && isHeld(release, Date.now()),
    orphan: deployed === undefined,
  };
  if (!release) return status;
  const { config, chart } = release.release;
  const [committedAt, behind] = await Promise.all([
    source.committedAt(config),
    source.countCommits(config, head, [
      appFolder(app),
      deployFolder(app),
      deployed?.chart ?? chart ?? PLATFORM_CHART,
    ]),
  ]);
  return {
    ...status,
    release,
    ...(committedAt !== undefined && { committedAt }),
    ...(behind !== undefined && { behind }),
  };
}
