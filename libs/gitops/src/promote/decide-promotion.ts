import { deployFile } from '../workspace/app.ts';
import { sameConfiguration, sameImage } from '../ledger/same-release.ts';
import type { Environment } from '../workspace/environment.ts';
import { ledgerMessage, nameApps, releaseLines, releaseTrailers } from '../ledger/message.ts';
import type { Tip } from '../ledger/ledger-repository.ts';
import {
  LEDGER_FILE,
  printRecord,
  readReleases,
  readState,
  releaseFile,
  type Release,
} from '../ledger/records.ts';
import { unreadable } from '../due/mainline.ts';
import { compareCommits } from '../due/compare-commits.ts';
import type { Mainline, Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import type { Change } from '../branch/update-branch.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { isHeld } from '../ledger/held.ts';
import { plainUrl } from '../text/one-line.ts';

/** A wish to release in one environment what another one has, without the state of the target's ledger. */
export interface Promotion {
  checkout: Checkout;
  from: Environment | { commit: Commit; unread?: readonly string[] };
  to: Environment;
  /** Why a release is not fit to go further; undefined when it is. */
  objection(app: string, release: Release): Promise<string | undefined>;
  /** Main's history, as the target sees it. */
  mainline: Mainline;
  /** The apps, sorted, with what the source environment has released of them. */
  records: ReadonlyMap<string, Release | undefined>;
  /** Why a record that neither contains the target's nor is contained in it may replace it all the same. */
  reason?: string | undefined;
  by?: string | undefined;
  runUrl?: string | undefined;
}

/** Of all that is released somewhere, what the target deploys at the record or on main, and the apps that it does not. */
export async function deployedRecords(
  checkout: Checkout,
  released: ReadonlyMap<string, Release>,
  to: Environment,
  mainline: Mainline,
): Promise<{ records: Map<string, Release>; skipped: string[] }> {
  const newest = mainline === 'branches' ? await checkout.head() : mainline;
  const deploys = async (app: string, { release }: Release) => {
    const values = deployFile(app, to.name);
    const found = await Promise.all([release.config, newest].map((at) => checkout.objectId(at, values)));
    return found.some((id) => id !== undefined);
  };
  const all = [...released];
  const deployed = await Promise.all(all.map(([app, release]) => deploys(app, release)));
  return {
    records: new Map(all.filter((_, at) => deployed[at])),
    skipped: all.flatMap(([app], at) => (deployed[at] ? [] : [app])),
  };
}

/** The fate of every app of a promotion on top of one tip of the target's ledger. */
export async function decidePromotion(promotion: Promotion, tip: Tip): Promise<Outcome[]> {
  const apps = [...promotion.records.keys()];
  return decideRecords(promotion, await readReleases(tip, apps, promotion.to.ledger.branch));
}

/** The same on top of what the target has released. */
export function decideRecords(
  promotion: Promotion,
  releases: ReadonlyMap<string, Release>,
): Promise<Outcome[]> {
  return Promise.all([...promotion.records.keys()].map((app) => decide(promotion, app, releases.get(app))));
}

/** What to write on top of a tip once it is known what becomes of every app. */
export async function recordPromotion(
  promotion: Promotion,
  tip: Tip,
  outcomes: Outcome[],
): Promise<Change<Outcome[]>> {
  const { checkout, from, to, reason, by, runUrl } = promotion;
  const landed = outcomes.filter(({ outcome }) => outcome === 'landed');
  if (landed.length === 0) return { value: outcomes };
  const edit = new Map(landed.map(({ app, after }) => [releaseFile(app), printRecord(after as Release)]));
  const state = await readState(tip, to.ledger.branch);
  const next = to.deploy === 'promote' ? { ...state, pending: stillPending(state.pending, outcomes) } : state;
  if (printRecord(next) !== printRecord(state) || !tip.files.includes(LEDGER_FILE))
    edit.set(LEDGER_FILE, printRecord(next));
  const configs = [...new Set(landed.map(({ after }) => (after as Release).release.config))];
  const snapshots = await Promise.all(configs.map((config) => checkout.isSnapshot(config)));
  const kept = configs.filter((_, at) => snapshots[at]);
  return {
    value: outcomes,
    edit,
    message: ledgerMessage({
      subject: `Promote ${nameApps(landed)} from ${nameOf(from)} to ${to.name}`,
      lines: releaseLines(landed),
      trailers: [
        ['Environment', to.name],
        ['Action', 'promote'],
        'name' in from ? ['From', from.name] : ['From-Source', from.commit],
        ...releaseTrailers(landed),
        ['By', by],
        ['Reason', reason],
        ['Run', plainUrl(runUrl)],
      ],
    }),
    releases: configs.filter((_, at) => !snapshots[at]),
    keep: new Map(kept.map((config) => [`refs/slipway/snapshots/${config}`, config])),
  };
}

/** Where only promotions release, nothing else will ever settle what is due. */
function stillPending(pending: readonly string[], outcomes: readonly Outcome[]): string[] {
  const settled = new Set(
    outcomes.flatMap(({ app, outcome }) => (outcome === 'held' || outcome === 'failed' ? [] : [app])),
  );
  return pending.filter((app) => !settled.has(app));
}

/** An environment by its name, a commit as what it is. */
const nameOf = (from: Promotion['from']): string =>
  'name' in from ? from.name : `commit ${from.commit.slice(0, 12)}`;

async function decide(promotion: Promotion, app: string, before: Release | undefined): Promise<Outcome> {
  const { checkout, from, to, records } = promotion;
  const known = before && { before, after: before };
  const record = records.get(app);
  if (record === undefined) {
    return { app, outcome: 'failed', reason: notThere(from, app), ...known };
  }
  const held = ('name' in from ? heldIn(from, record) : undefined) ?? (before && heldIn(to, before));
  if (held !== undefined) return { app, outcome: 'held', reason: held, ...known };
  const missing = await incomplete(promotion, app, record);
  if (missing !== undefined) return { app, outcome: 'failed', reason: missing, ...known };
  const order = before && (await againstTarget(promotion, record, before));
  if (order && 'outcome' in order) return { app, ...order, ...known };
  const after = promoted(app, record, to);
  if (before && sameImage(before.image, after.image)) {
    const same = await sameConfiguration(checkout, app, before.release, after.release);
    if (same) return { app, outcome: 'unchanged', ...known };
  }
  const objection = await promotion.objection(app, record);
  if (objection !== undefined) return { app, outcome: 'failed', reason: objection, ...known };
  return { app, outcome: 'landed', ...order, ...(before && { before }), after };
}

function notThere(from: Promotion['from'], app: string): string {
  if ('name' in from) {
    const [does, how] =
      from.deploy === 'auto'
        ? ['Deploy', `npx nx deploy ${app} -c ${from.name}`]
        : ['Promote', `npx slipway promote ${app} --to ${from.name}`];
    return `not released in ${from.name}. ${does} it there first: ${how}`;
  }
  const id = from.commit.slice(0, 12);
  const unread = from.unread?.length ? ` (${from.unread.join(', ')} could not tell)` : '';
  return (
    `no run here has published it from ${id}, and no ledger or registry names an image from there${unread}. ` +
    `Check ${id} out and deploy it to any environment, then promote again`
  );
}

/** The record as the target holds it: the same, but pulled from the target's own registry. */
function promoted(app: string, { image, release }: Release, to: Environment): Release {
  return image ? { image: { ...image, repository: `${to.registries[0]}/${app}` }, release } : { release };
}

function heldIn({ name }: Environment, release: Release): string | undefined {
  const { hold } = release;
  return hold && isHeld(release, Date.now()) ? `in ${name} by ${hold.by}: ${hold.reason}` : undefined;
}

/** What a record lacks to run in the target. */
async function incomplete(
  { checkout, from, to, mainline }: Promotion,
  app: string,
  { release: { config } }: Release,
): Promise<string | undefined> {
  const problem = await unreadable(checkout, to, mainline, config);
  if (problem !== undefined) return problem;
  const values = deployFile(app, to.name);
  if ((await checkout.objectId(config, values)) !== undefined) return undefined;
  return `${values} is not there at ${config.slice(0, 12)}, which ${'name' in from ? `${from.name} runs` : 'was published'}. Add it on main, deploy that${'name' in from ? ` to ${from.name}` : ''}, then promote again`;
}

/** Newer wins, as in a bump; where neither record contains the other, only a reason decides. */
async function againstTarget(
  { checkout, mainline, reason }: Promotion,
  { release: { config } }: Release,
  before: Release,
): Promise<Pick<Outcome, 'outcome' | 'reason'> | { reason: string } | undefined> {
  const recorded = before.release.config;
  const order = await compareCommits(checkout, mainline, config, recorded);
  if (order === 'newer') return undefined;
  const [ours, theirs] = [config.slice(0, 12), recorded.slice(0, 12)];
  if (order === 'older') return { outcome: 'superseded', reason: `${theirs} is newer and released` };
  const diverged = `diverged: neither ${ours} nor ${theirs}, which is released, contains the other`;
  if (reason !== undefined) return { reason: `${diverged}; promoted because: ${reason}` };
  return { outcome: 'failed', reason: `${diverged}. To promote it all the same: --reason <why>` };
}
