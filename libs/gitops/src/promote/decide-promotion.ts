import { deployFile } from '../workspace/app.ts';
import { sameConfiguration, sameImage } from '../ledger/same-release.ts';
import type { Environment } from '../workspace/environment.ts';
import { ledgerMessage, nameApps, releaseLines, releaseTrailers } from '../ledger/ledger-message.ts';
import type { Tip } from '../ledger/ledger-repository.ts';
import {
  isHeld,
  LEDGER_FILE,
  printRecord,
  readReleases,
  readState,
  releaseFile,
  type Release,
} from '../ledger/records.ts';
import { unreadable } from '../eligibility/mainline.ts';
import { compareCommits } from '../eligibility/compare-commits.ts';
import type { Mainline, Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import type { Change } from '../branch/update-branch.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { plainUrl } from '../text/one-line.ts';

/** A promotion without the state of the target's ledger, which each attempt reads again. */
export interface Promotion {
  checkout: Checkout;
  from: Environment | { commit: Commit; unread?: readonly string[] };
  to: Environment;
  /** Why a release must not be promoted. Undefined if it may. */
  objection(app: string, release: Release): Promise<string | undefined>;
  /** The history from which the target releases. */
  mainline: Mainline;
  /** The apps, sorted, with their releases in the source environment. */
  records: ReadonlyMap<string, Release | undefined>;
  /** Why a release that diverged from the target's may replace it. */
  reason?: string | undefined;
  by?: string | undefined;
  runUrl?: string | undefined;
}

/**
 * Splits releases into those that the target deploys, at their configuration commit or on main, and the other
 * apps.
 */
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

/** The outcome of every app of a promotion on top of a tip of the target's ledger. */
export async function decidePromotion(promotion: Promotion, tip: Tip): Promise<Outcome[]> {
  const apps = [...promotion.records.keys()];
  return decideRecords(promotion, await readReleases(tip, apps, promotion.to.ledger.branch));
}

/** Like {@link decidePromotion}, for given releases of the target. */
export function decideRecords(
  promotion: Promotion,
  releases: ReadonlyMap<string, Release>,
): Promise<Outcome[]> {
  return Promise.all([...promotion.records.keys()].map((app) => decide(promotion, app, releases.get(app))));
}

/** The change to the target's ledger for the outcomes of a promotion. */
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

/** The apps that stay pending, for a target that only promotions release to. */
function stillPending(pending: readonly string[], outcomes: readonly Outcome[]): string[] {
  const settled = new Set(
    outcomes.flatMap(({ app, outcome }) => (outcome === 'held' || outcome === 'failed' ? [] : [app])),
  );
  return pending.filter((app) => !settled.has(app));
}

/** The source of a promotion, for messages. */
const nameOf = (from: Promotion['from']): string =>
  'name' in from ? from.name : `commit ${from.commit.slice(0, 12)}`;

async function decide(promotion: Promotion, app: string, before: Release | undefined): Promise<Outcome> {
  const { checkout, from, to, records } = promotion;
  const known = before && { before, after: before };
  const record = records.get(app);
  if (record === undefined) {
    return { app, outcome: 'failed', reason: notReleasedIn(from, app), ...known };
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

function notReleasedIn(from: Promotion['from'], app: string): string {
  if ('name' in from) {
    const [does, how] =
      from.deploy === 'auto'
        ? ['Deploy', `npx nx deploy ${app} -c ${from.name}`]
        : ['Promote', `npx slipway promote ${app} --to ${from.name}`];
    return `not released in ${from.name}. ${does} it there first: ${how}`;
  }
  const id = from.commit.slice(0, 12);
  const unread = from.unread?.length ? ` (not read: ${from.unread.join(', ')})` : '';
  return (
    `no run of this checkout published it from ${id}, and no ledger or registry has an image of that commit${unread}. ` +
    `Check out ${id} and deploy it to any environment, then promote again`
  );
}

/** The release in the target: the same, but with the image in the target's registry. */
function promoted(app: string, { image, release }: Release, to: Environment): Release {
  return image ? { image: { ...image, repository: `${to.registries[0]}/${app}` }, release } : { release };
}

function heldIn({ name }: Environment, release: Release): string | undefined {
  const { hold } = release;
  return hold && isHeld(release, Date.now()) ? `in ${name} by ${hold.by}: ${hold.reason}` : undefined;
}

/** Why a release cannot run in the target. Undefined if it can. */
async function incomplete(
  { checkout, from, to, mainline }: Promotion,
  app: string,
  { release: { config } }: Release,
): Promise<string | undefined> {
  const problem = await unreadable(checkout, to, mainline, config);
  if (problem !== undefined) return problem;
  const values = deployFile(app, to.name);
  if ((await checkout.objectId(config, values)) !== undefined) return undefined;
  return `${values} does not exist at ${config.slice(0, 12)}, which ${'name' in from ? `${from.name} runs` : 'was published'}. Add it on main, deploy main${'name' in from ? ` to ${from.name}` : ''}, then promote again`;
}

/** The newer commit wins, as in a bump. If the two diverged, the promotion needs a reason. */
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
  return { outcome: 'failed', reason: `${diverged}. To promote it anyway: --reason <why>` };
}
