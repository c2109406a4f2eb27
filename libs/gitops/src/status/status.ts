import { appFolder, deployFolder, PLATFORM_CHART, type App } from '../workspace/app.ts';
import { driftOf, type Drift } from './drift.ts';
import type { Environment } from '../workspace/environment.ts';
import { readEnvironmentLedger, type EnvironmentReading, type UnreadableStatus } from './read-status.ts';
import { isHeld, type LedgerState, type Release } from '../ledger/records.ts';
import { previewPromotion, type PromotionPreview } from '../promote/promotion-preview.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import { stackStatuses, type StackStatus } from './stack-status.ts';
import { HistoryWalk } from '../checkout/history-walk.ts';

/** The status of an app in an environment, from the ledger. */
export interface AppStatus {
  app: string;
  /** Undefined before the first release. */
  release?: Release;
  /**
   * The commit date of the configuration, in milliseconds since 1970. Undefined if this checkout lacks the
   * commit.
   */
  committedAt?: number;
  /** The number of commits since the release that change the app or its chart. Undefined if unknown. */
  behind?: number;
  /** What HEAD would change in the release. Undefined if unknown. */
  drift?: readonly Drift[];
  pending: boolean;
  held: boolean;
  /** Whether the app is released but HEAD no longer deploys it to the environment. */
  orphan: boolean;
}

/** The status of an environment, from its ledger. */
export interface EnvironmentStatus {
  environment: string;
  ledger: EnvironmentReading['ledger'];
  state: LedgerState;
  apps: AppStatus[];
  stacks: StackStatus[];
  /** What a promotion would do. Undefined if runs release to the environment. */
  promotion?: PromotionPreview;
}

/**
 * Reads the releases of an environment and how far HEAD is ahead of them.
 *
 * @throws {GitopsError} `auth`, `not-found`, `network` if the ledger cannot be read
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
 * Like {@link environmentStatus}, for several environments, with one walk through the history. If one of them
 * is promoted from another, its status contains a preview of the promotion.
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

/** Walks once through the history in which HEAD and the releases differ. */
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

/**
 * The folders that make a release of an app: its folder, its values, and its chart at the release and at
 * HEAD.
 */
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

/** The age of a release, and how HEAD differs from it. */
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
