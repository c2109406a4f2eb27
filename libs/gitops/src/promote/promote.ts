import { PLATFORM } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { imageCopier, type CopyImage } from './copy-images.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readReleases, releasedApps, type Release } from '../ledger/records.ts';
import { mainlineOf } from '../due/mainline.ts';
import { decidePromotion, deployedRecords, recordPromotion, type Promotion } from './decide-promotion.ts';
import { knownNames } from '../text/similar-name.ts';
import type { Mainline, Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { updateLedger } from '../ledger/update-ledger.ts';
import { oneLine } from '../text/one-line.ts';

/** What a promotion asks of whoever knows the cluster: why a release is not fit to go further; undefined when it is. */
export type Objection = (app: string, release: Release) => Promise<string | undefined>;

/** Releases that no environment has run: for an emergency. */
export interface FromSource {
  /** The commit that they were published from. */
  commit: Commit;
  /** What was published from it, by app. */
  records: ReadonlyMap<string, Release>;
  /** What might have known more but could not be asked: ledgers, and repositories of images. */
  unread?: readonly string[];
}

/** A wish to release in one environment what another one has. */
export interface PromoteRequest {
  checkout: Checkout;
  /** An environment, or in an emergency what was published from a commit, which takes a `reason`. */
  from: Environment | FromSource;
  to: Environment;
  /** @default all that `from` has released and `to` deploys */
  apps?: readonly string[];
  /** Asked about each release that would land. @default nobody is */
  objection?: Objection | undefined;
  /** Why a record that diverged from the target's may replace it; recorded in the commit. */
  reason?: string | undefined;
  /** Who asks for it, for the commit's trailers. */
  by?: string | undefined;
  /** Decides only: nothing is copied, nothing is written. @default false */
  dryRun?: boolean;
  copyImage: CopyImage;
  /** The address of the run, for the commit's trailers. */
  runUrl?: string | undefined;
  /** Milliseconds for all attempts to write together; copying images is not counted. @default 120000 */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** What one promotion did, or would do, to the target's ledger. */
export interface PromoteResult {
  outcomes: Outcome[];
  /** Apps that `from` has released and `to` does not deploy. */
  skipped: string[];
  dryRun: boolean;
  /** The one commit on the target's ledger branch; undefined when nothing landed. */
  commit: Commit | undefined;
}

/**
 * Releases in `to` what `from` has released, as `from`'s ledger holds it when asked: the same image digest, the
 * same configuration commit. Nothing is built. An app's image is in all registries of the target before its
 * ledger names it; an app that fails does not hold back the others. One commit for all of them. What was
 * considered (`through`) does not change.
 *
 * @throws {GitopsError} `usage` where `from` is `to`, an app does not exist or the reason is empty; from the remotes: `auth`, `refused`, `not-found`, `timeout`
 */
export async function promote(request: PromoteRequest): Promise<PromoteResult> {
  const { checkout, to, dryRun = false } = request;
  assertMakesSense(request);
  const mainline = await mainlineOf(checkout, to);
  const { records, skipped } = await select(request, mainline);
  const promotion: Promotion = {
    ...request,
    mainline,
    records,
    reason: reasonOf(request),
    objection: asked(request),
  };
  if (records.size === 0) return { outcomes: [], skipped, dryRun, commit: undefined };
  const repository = await LedgerRepository.open(checkout, to);
  try {
    const copy = imageCopier(to, request.copyImage);
    const decided = await decidePromotion(promotion, await repository.tip(request.signal));
    if (dryRun) return { outcomes: decided, skipped, dryRun, commit: undefined };
    await copy(promotion, decided); // before the attempts, whose time is limited
    const { value, commit } = await updateLedger(
      repository,
      async (tip) => {
        const outcomes = await copy(promotion, await decidePromotion(promotion, tip));
        return recordPromotion(promotion, tip, outcomes);
      },
      request,
    );
    return { outcomes: value, skipped, dryRun, commit };
  } finally {
    await repository.close();
  }
}

/** The records to promote: of the named apps, or of all that the target deploys at the record or on main. */
async function select({ checkout, from, to, apps }: PromoteRequest, mainline: Mainline) {
  const names = apps && [...new Set(apps)].sort();
  const released = 'records' in from ? from.records : await releasesIn(checkout, from, names);
  if (names === undefined) return deployedRecords(checkout, released, to, mainline);
  await assertExist(
    checkout,
    mainline,
    names.filter((app) => !released.has(app)),
  );
  return { records: new Map(names.map((app) => [app, released.get(app)] as const)), skipped: [] };
}

/** Rejects unknown app names (typos) before anything is promoted. */
async function assertExist(checkout: Checkout, mainline: Mainline, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const newest = mainline === 'branches' ? await checkout.head() : mainline;
  const known = [...(await checkout.readFolder(newest, 'apps')).keys(), PLATFORM].sort();
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return;
  throw new GitopsError('usage', `There is no app "${wrong}". ${knownNames('Known', wrong, known)}`, {
    value: wrong,
  });
}

function assertMakesSense({ from, to, reason }: PromoteRequest): void {
  if ('records' in from && reason === undefined) {
    throw new GitopsError(
      'usage',
      'What no environment has run goes only with a reason: --reason <why>, for whoever reads the history.',
      { value: from.commit },
    );
  }
  if (!('records' in from) && from.name === to.name) {
    throw new GitopsError('usage', `${from.name} cannot be promoted to itself. Name two environments.`, {
      value: to.name,
    });
  }
}

/** Attempts decide anew, and nobody wants to be asked the same thing twice. */
function asked({ objection = async () => undefined }: PromoteRequest): Objection {
  const answers = new Map<string, Promise<string | undefined>>();
  return (app, release) => {
    const answer = answers.get(app) ?? objection(app, release);
    answers.set(app, answer);
    return answer;
  };
}

/** What an environment has released, of the named apps or of all: a record that is broken by hand stops no other app's. */
async function releasesIn(
  checkout: Checkout,
  from: Environment,
  apps: readonly string[] | undefined,
): Promise<Map<string, Release>> {
  const repository = await LedgerRepository.open(checkout, from);
  try {
    const tip = await repository.tip();
    return await readReleases(tip, apps ?? releasedApps(tip), from.ledger.branch);
  } finally {
    await repository.close();
  }
}

function reasonOf({ reason }: PromoteRequest): string | undefined {
  if (reason === undefined) return undefined;
  const line = oneLine(reason);
  if (line !== '') return line;
  throw new GitopsError('usage', '--reason is empty. Say why, for whoever reads the history.', {
    value: reason,
  });
}
