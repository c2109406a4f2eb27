import { PLATFORM } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { imageCopier, type CopyImage } from './copy-images.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readReleases, releasedApps, type Release } from '../ledger/records.ts';
import { mainlineOf } from '../eligibility/mainline.ts';
import { decidePromotion, deployedRecords, recordPromotion, type Promotion } from './decide-promotion.ts';
import { knownNames } from '../text/similar-name.ts';
import type { Mainline, Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { updateLedger } from '../ledger/update-ledger.ts';
import { oneLine } from '../text/one-line.ts';

/** Asks a caller that knows the cluster why a release must not be promoted. Undefined if it may. */
export type Objection = (app: string, release: Release) => Promise<string | undefined>;

/** Images published from a commit, which no environment needs to run: for an emergency. */
export interface FromSource {
  /** The commit from which they were published. */
  commit: Commit;
  /** The releases by app. */
  records: ReadonlyMap<string, Release>;
  /** Ledgers and image repositories that could not be read. */
  unread?: readonly string[];
}

/** The request to release in one environment what another one has released. */
export interface PromoteRequest {
  checkout: Checkout;
  /** An environment; in an emergency, images published from a commit, which requires a `reason`. */
  from: Environment | FromSource;
  to: Environment;
  /** The apps to promote. @default all apps that `from` has released and `to` deploys */
  apps?: readonly string[];
  /** Called for each release that would land. @default no objections */
  objection?: Objection | undefined;
  /** Why a release that diverged from the target's may replace it; recorded in the commit. */
  reason?: string | undefined;
  /** Who requests it, for the commit's trailers. */
  by?: string | undefined;
  /** Only decides; copies and writes nothing. @default false */
  dryRun?: boolean;
  copyImage: CopyImage;
  /** The address of the run, for the commit's trailers. */
  runUrl?: string | undefined;
  /** The deadline of all attempts to write together, in milliseconds, without copying. @default 120000 */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** The result of {@link promote}. */
export interface PromoteResult {
  outcomes: Outcome[];
  /** Apps that `from` has released but `to` does not deploy. */
  skipped: string[];
  dryRun: boolean;
  /** The one commit on the target's ledger branch. Undefined if nothing landed. */
  commit: Commit | undefined;
}

/**
 * Releases in `to` what the ledger of `from` records now: the same image digest and the same configuration
 * commit. Nothing is built. An image is in all registries of the target before the target's ledger names it.
 * An app that fails does not stop the others. All apps land in one commit. `through` does not change.
 *
 * @throws {GitopsError} `usage` if `from` is `to`, an app does not exist or the reason is empty; from the
 *   remotes: `auth`, `refused`, `not-found`, `timeout`
 */
export async function promote(request: PromoteRequest): Promise<PromoteResult> {
  const { checkout, to, dryRun = false } = request;
  assertValid(request);
  const mainline = await mainlineOf(checkout, to);
  const { records, skipped } = await select(request, mainline);
  const promotion: Promotion = {
    ...request,
    mainline,
    records,
    reason: reasonOf(request),
    objection: remember(request),
  };
  if (records.size === 0) return { outcomes: [], skipped, dryRun, commit: undefined };
  const repository = await LedgerRepository.open(checkout, to);
  try {
    const copy = imageCopier(to, request.copyImage);
    const decided = await decidePromotion(promotion, await repository.tip(request.signal));
    if (dryRun) return { outcomes: decided, skipped, dryRun, commit: undefined };
    await copy(promotion, decided); // before the attempts, which have a deadline
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

/** The releases to promote: of the named apps, or of all apps that the target deploys. */
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

function assertValid({ from, to, reason }: PromoteRequest): void {
  if ('records' in from && reason === undefined) {
    throw new GitopsError(
      'usage',
      'No environment may have run these images, so a reason is required: --reason <why>. It is recorded in the history.',
      { value: from.commit },
    );
  }
  if (!('records' in from) && from.name === to.name) {
    throw new GitopsError('usage', `${from.name} cannot be promoted to itself. Name two environments.`, {
      value: to.name,
    });
  }
}

/** Remembers objections, because every attempt decides again. */
function remember({ objection = async () => undefined }: PromoteRequest): Objection {
  const answers = new Map<string, Promise<string | undefined>>();
  return (app, release) => {
    const answer = answers.get(app) ?? objection(app, release);
    answers.set(app, answer);
    return answer;
  };
}

/**
 * The releases of an environment, of the named apps or of all. An invalid record of an unnamed app does no
 * harm.
 */
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
  throw new GitopsError('usage', '--reason is empty. Give the reason; it is recorded in the history.', {
    value: reason,
  });
}
