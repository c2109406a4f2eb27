import { appFolder, appsAt, deployFolder, PLATFORM_CHART, type App } from './app.ts';
import { countBehind } from './behind.ts';
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
  const repository = await LedgerRepository.open(source, environment);
  try {
    const tip = await repository.tip();
    const { branch } = environment.ledger;
    const [apps, state] = [await appsAt(source, head, environment.name), await readState(tip, branch)];
    const names = [...new Set([...apps.map(({ name }) => name), ...releasedApps(tip)])].sort();
    const releases = await readReleases(tip, names, branch);
    const statuses = names.map((name) => statusOf(name, apps, state, releases.get(name)));
    return {
      environment: environment.name,
      ledger: { remote: repository.remote, branch, ...(tip.commit && { commit: tip.commit }) },
      state,
      apps: await withDistance(source, head, apps, statuses),
    };
  } finally {
    await repository.close();
  }
}

function statusOf(
  app: string,
  apps: readonly App[],
  state: LedgerState,
  release: Release | undefined,
): AppStatus {
  return {
    app,
    pending: state.pending.includes(app),
    held: release !== undefined && isHeld(release, Date.now()),
    orphan: !apps.some(({ name }) => name === app),
    ...(release && { release }),
  };
}

/** Adds how old each release is and how far HEAD is ahead of it. */
async function withDistance(
  source: Source,
  head: Commit,
  apps: readonly App[],
  statuses: readonly AppStatus[],
): Promise<AppStatus[]> {
  const charts = new Map(apps.map(({ name, chart }) => [name, chart]));
  const questions = statuses.flatMap(({ app, release }) => {
    if (release === undefined) return [];
    const { config, chart } = release.release;
    const folders = [appFolder(app), deployFolder(app), charts.get(app) ?? chart ?? PLATFORM_CHART];
    return [{ app, config, folders }];
  });
  const [counts, times] = await Promise.all([
    countBehind(source, head, questions),
    Promise.all(questions.map(({ config }) => source.committedAt(config))),
  ]);
  const distance = new Map(
    questions.map(({ app }, at) => [app, { behind: counts[at], committedAt: times[at] }] as const),
  );
  return statuses.map((status) => {
    const { behind, committedAt } = distance.get(status.app) ?? {};
    return {
      ...status,
      ...(committedAt !== undefined && { committedAt }),
      ...(behind !== undefined && { behind }),
    };
  });
}
