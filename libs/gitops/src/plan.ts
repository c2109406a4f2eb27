import { appFolder } from './app.ts';
import { bumpMessage } from './bump-message.ts';
import { sameConfiguration, sameImage } from './configuration.ts';
import { dueApps, standing, type Situation } from './due.ts';
import type { Tip } from './ledger-repository.ts';
import {
  LEDGER_FILE,
  print,
  readReleases,
  readState,
  releasedApps,
  releaseFile,
  type Image,
  type LedgerState,
  type Release,
} from './ledger.ts';
import { compare, isHeld } from './order.ts';
import type { Commit } from './source.ts';
import type { Change } from './update.ts';

/** An image that was published for an app and should now be released; the platform has none. */
export interface Intent {
  app: string;
  image?: Image | undefined;
}

/** What became of one app: a closed set. */
export type Outcome = {
  app: string;
  outcome: 'landed' | 'unchanged' | 'held' | 'superseded' | 'failed';
  /** Why, where the word alone does not say it. */
  reason?: string;
  /** The release before, where there was one. */
  before?: Release;
  /** The release that the ledger holds now, where it holds one. */
  after?: Release;
};

/** One run against one environment, without the state of the ledger, which differs with each tip. */
export interface Run extends Omit<Situation, 'state'> {
  environment: string;
  /** The commit at which chart and values are read: `head`, or a snapshot of uncommitted changes on top of it. */
  config: Commit;
  intents: readonly Intent[];
  /** Apps of the run that did not get as far as an image, and why. */
  failed: readonly { app: string; reason: string }[];
  /** The address of the run, for the commit's trailers. */
  runUrl?: string | undefined;
}

/** What a run means on top of one tip. */
export interface Plan {
  outcomes: Outcome[];
  /** The ledger's state after the run. */
  state: LedgerState;
  /** Apps with a release here that this commit no longer deploys here. */
  orphans: string[];
}

/**
 * What a run means on top of one tip of the ledger: the fate of each app, and the files to write. Evaluated
 * anew for every tip, so that a run which was overtaken while it pushed does not undo what is newer.
 *
 * @param place what to call the ledger in errors
 */
export async function planBump(run: Run, tip: Tip, place: string): Promise<Change<Plan>> {
  const { apps, config } = run;
  const state = await readState(tip, place);
  const situation: Situation = { ...run, state };
  const intended = run.intents.map(({ app }) => app);
  const releases = await readReleases(tip, intended, place);
  const outcomes = await Promise.all(
    run.intents.map((intent) => decide(situation, config, intent, releases.get(intent.app))),
  );
  outcomes.push(...run.failed.map(({ app, reason }): Outcome => ({ app, outcome: 'failed', reason })));
  outcomes.sort((a, b) => (a.app < b.app ? -1 : 1));

  const names = new Set(apps.map(({ name }) => name));
  const orphans = releasedApps(tip).filter((name) => !names.has(name));
  const landed = outcomes.filter(({ outcome }) => outcome === 'landed');
  if (landed.length === 0) return { value: { outcomes, state, orphans } };

  const dirty = config !== run.head;
  const next = dirty ? state : await advance(situation, outcomes);
  const edit = new Map(landed.map(({ app, after }) => [releaseFile(app), print(after as Release)]));
  if (print(next) !== print(state) || !tip.files.includes(LEDGER_FILE)) edit.set(LEDGER_FILE, print(next));
  return {
    value: { outcomes, state: next, orphans },
    edit,
    message: bumpMessage(run.environment, landed, run.runUrl),
    releases: dirty ? [] : [config],
    keep: dirty ? new Map([[`refs/slipway/snapshots/${config}`, config]]) : new Map(),
  };
}

/** The fate of one app on top of one tip. */
async function decide(
  situation: Situation,
  config: Commit,
  { app, image }: Intent,
  before: Release | undefined,
): Promise<Outcome> {
  const { source, apps } = situation;
  const chart = apps.find(({ name }) => name === app)?.chart;
  if (chart === undefined)
    return { app, outcome: 'failed', reason: `${appFolder(app)} is not deployed here` };
  const known = before && { before, after: before };
  if (before && isHeld(before, Date.now())) {
    return { app, outcome: 'held', reason: `by ${before.hold?.by}: ${before.hold?.reason}`, ...known };
  }
  const overtaken = await isOvertaken(situation, app, before);
  if (overtaken) return { app, ...overtaken, ...known };
  if (before && sameImage(before.image, image)) {
    // Chart and values are the same Git objects: releasing it would change nothing.
    const next = image ? { config, chart } : { config };
    const same = await sameConfiguration(source, app, before.release, next);
    if (same) return { app, outcome: 'unchanged', ...known };
  }
  const after: Release = image
    ? { image, release: { source: firstSource(before, image) ?? config, config, chart } }
    : { release: { config } };
  return { app, outcome: 'landed', ...(before && { before }), after };
}

/** Where a digest that stays came from first. */
const firstSource = (before: Release | undefined, { digest }: Image): Commit | undefined =>
  before?.image?.digest === digest ? before.release.source : undefined;

/** Whether something newer was released or considered already. */
async function isOvertaken(
  situation: Situation,
  app: string,
  before: Release | undefined,
): Promise<Pick<Outcome, 'outcome' | 'reason'> | undefined> {
  const { source, mainline, head, state } = situation;
  if (before) {
    const recorded = before.release.config;
    const order = await compare(source, mainline, head, recorded);
    if (order === 'older')
      return { outcome: 'superseded', reason: `${recorded.slice(0, 12)} is newer and released` };
    if (order === 'diverged') {
      return {
        outcome: 'failed',
        reason: `diverged: neither this commit nor ${recorded.slice(0, 12)} contains the other`,
      };
    }
  }
  if (state.pending.includes(app) || (await standing(situation)) !== 'behind') return undefined;
  return { outcome: 'superseded', reason: `${state.through?.slice(0, 12)} is newer and was considered` };
}

/** The ledger's state once this run's outcomes are in it. Only the newest commit moves `through`. */
async function advance(situation: Situation, outcomes: readonly Outcome[]): Promise<LedgerState> {
  if ((await standing(situation)) === 'behind') return situation.state;
  const settled = new Set(
    outcomes.flatMap(({ app, outcome }) => (outcome === 'held' || outcome === 'failed' ? [] : [app])),
  );
  const due = await dueApps(situation);
  return { through: situation.head, pending: due.filter((app) => !settled.has(app)) };
}
