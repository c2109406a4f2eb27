import { appFolder, deployFolder, PLATFORM_CHART, type App } from '../workspace/app.ts';
import { driftOf, type Drift } from './drift.ts';
import type { Environment } from '../workspace/environment.ts';
import { readEnvironmentLedger, type EnvironmentReading, type UnreadableStatus } from './read-environment.ts';
import type { LedgerState, Release } from '../ledger/records.ts';
import { previewPromotion, type PromotionPreview } from '../promote/preview.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import { stackStatuses, type StackStatus } from './stack-status.ts';
import { HistoryWalk } from '../checkout/history-walk.ts';
import { isHeld } from '../ledger/held.ts';

/** One app in one environment, as the ledger tells it. */
export interface AppStatus {
  app: string;
  /** Undefined until the first release. */
  release?: Release;
  /** When the released configuration was committed, in milliseconds since 1970, where this checkout knows it. */
  committedAt?: number;
  /** Commits between the release and HEAD that touch the app or its chart, where this checkout can tell. */
  behind?: number;
  /** What HEAD would change of what is released, where this checkout can tell. */
  drift?: readonly Drift[];
  pending: boolean;
  held: boolean;
  /** There is a release, but HEAD no longer deploys the app here. */
  orphan: boolean;
}

/** One environment, as its ledger tells it. */
export interface EnvironmentStatus {
  environment: string;
  ledger: EnvironmentReading['ledger'];
  state: LedgerState;
  apps: AppStatus[];
  stacks: StackStatus[];
  /** What a promotion from the environment before would do here, where only promotions release. */
  promotion?: PromotionPreview;
}

/**
 * Reads what is released in an environment and how far HEAD is ahead of it.
 *
 * @throws {GitopsError} `auth`, `not-found`, `network` where the ledger cannot be read
 */
export async function environmentStatus(
  checkout: Checkout,
  environment: Environment,
): Promise<EnvironmentStatus> {
  const [status] = await environmentStatuses(checkout, [environment]);
  if (status === undefined || 'error' in status) throw (status as UnreadableStatus).error;
  return status;
}

/**
 * As {@link environmentStatus}, for several: history is walked once for all of them, and where one is reached by
 * promotion from another of them, what that would change is told.
 */
export async function environmentStatuses(
  checkout: Checkout,
  environments: readonly Environment[],
): Promise<(EnvironmentStatus | UnreadableStatus)[]> {
  const head = await checkout.head();
  const read = await Promise.all(
    environments.map((environment) => readEnvironmentLedger(checkout, head, environment)),
  );
  const readings = read.filter((reading): reading is EnvironmentReading => !('error' in reading));
  const walk = await walkAll(checkout, head, readings);
  const statuses = await Promise.all(
    read.map((reading) => ('error' in reading ? reading : statusOf(checkout, head, walk, reading))),
  );
  return Promise.all(
    statuses.map(async (status, at) => {
      const to = environments[at] as Environment;
      const preview = 'error' in status ? undefined : await previewPromotion(checkout, readings, to);
      return { ...status, ...(preview && { promotion: preview }) };
    }),
  );
}

/** Walks once through all that tells HEAD and the releases apart. */
async function walkAll(
  checkout: Checkout,
  head: Commit,
  readings: readonly EnvironmentReading[],
): Promise<HistoryWalk> {
  const releases = readings.flatMap(({ releases }) => [...releases.values()]);
  const mainlines = readings.flatMap(({ mainline = 'branches' }) =>
    mainline === 'branches' ? [] : [mainline],
  );
  const configs = new Set([...releases.map(({ release }) => release.config), ...mainlines]);
  const known = await Promise.all([...configs].map((config) => checkout.resolve(config)));
  const folders = readings.flatMap((reading) =>
    namesIn(reading).flatMap((app) => foldersOf(app, reading.apps, reading.releases.get(app))),
  );
  const walk = await HistoryWalk.walk(
    checkout,
    head,
    known.filter((commit) => commit !== undefined),
    new Set(folders),
  );
  checkout.learn(walk);
  return walk;
}

const namesIn = ({ apps, releases }: EnvironmentReading): string[] =>
  [...new Set([...apps.map(({ name }) => name), ...releases.keys()])].sort();

/** The folders that a release of an app is made of: its own, its values, its chart now and then. */
function foldersOf(app: string, apps: readonly App[], release: Release | undefined): string[] {
  const charts = [apps.find(({ name }) => name === app)?.chart, release?.release.chart ?? PLATFORM_CHART];
  return [appFolder(app), deployFolder(app), ...charts.filter((chart) => chart !== undefined)];
}

async function statusOf(
  checkout: Checkout,
  head: Commit,
  walk: HistoryWalk,
  reading: EnvironmentReading,
): Promise<EnvironmentStatus> {
  const { environment, ledger, state, releases } = reading;
  const deployed = new Map(reading.apps.map((app) => [app.name, app]));
  const pending = new Set(state.pending);
  const apps = await Promise.all(
    namesIn(reading).map(async (app): Promise<AppStatus> => {
      const release = releases.get(app);
      return {
        app,
        pending: pending.has(app),
        held: release !== undefined && isHeld(release, Date.now()),
        orphan: !deployed.has(app),
        ...(release && {
          release,
          ...(await distance(checkout, head, walk, app, deployed.get(app), release)),
        }),
      };
    }),
  );
  const stacks = stackStatuses(reading.stacks, state, reading.applied);
  return { environment: environment.name, ledger, state, apps, stacks };
}

/** How old a release is, how far HEAD is ahead of it, and in what. */
async function distance(
  checkout: Checkout,
  head: Commit,
  walk: HistoryWalk,
  app: string,
  now: App | undefined,
  { release: { config, chart = PLATFORM_CHART } }: Release,
): Promise<Pick<AppStatus, 'committedAt' | 'behind' | 'drift'>> {
  const [known, committedAt] = await Promise.all([checkout.resolve(config), checkout.committedAt(config)]);
  if (known === undefined) return {};
  const folders = [appFolder(app), deployFolder(app), now?.chart ?? chart];
  return {
    ...(committedAt !== undefined && { committedAt }),
    behind: walk.countSince(known, folders),
    ...(now && {
      drift: await driftOf(checkout, walk, app, { config: known, chart }, { config: head, chart: now.chart }),
    }),
  };
}
