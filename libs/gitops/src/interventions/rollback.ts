import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { readHistory, type HistoryEntry } from '../ledger/history.ts';
import { editOf, holdTrailers, newHold, type Hold, type HoldOptions } from './hold.ts';
import { ledgerMessage, releaseLines, releaseTrailers } from '../ledger/message.ts';
import { LedgerRepository, type Tip } from '../ledger/ledger-repository.ts';
import { readState, type Release } from '../ledger/records.ts';
import { mainlineOf, unreadable } from '../due/mainline.ts';
import { requireRelease } from '../ledger/require-release.ts';
import {
  previousRelease,
  recordOf,
  releasesIn,
  releasesNamed,
  sameRecord,
  type RollbackTarget,
} from './rollback-target.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import { type Change } from '../branch/update-branch.ts';
import { updateLedger } from '../ledger/update-ledger.ts';
import { plainUrl } from '../text/one-line.ts';

/** Releases that an error lists; older ones are in the history. */
const LISTED = 10;

/** Where to go back to, and the hold that a rollback leaves. */
export interface RollbackOptions extends HoldOptions {
  /**
   * A tag, digest, configuration commit or commit of the ledger; digests and commits may be cut to 7 digits or
   * more. Of several releases that fit, the newest. @default the release before the current one
   */
  to?: string | undefined;
  /** Milliseconds for all attempts together. @default 120000 */
  deadlineMs?: number;
}

/** What a rollback did to the ledger. */
export interface RollbackResult {
  app: string;
  before: Release;
  /** What is released now. */
  after: Release;
  /** The commit of the ledger that held it first, or last before the rollback. */
  restored: Commit;
  /** The commit on the ledger branch; undefined when the target is what is released already. */
  commit?: Commit;
}

/**
 * Restores an older release, image and configuration, as a new commit that also leaves a hold and makes the app
 * pending: the next run does not undo it, and the first run after the hold deploys the app again. The target is
 * chosen once, on the ledger as it was found: a release that lands meanwhile is replaced too.
 *
 * @throws {GitopsError} `usage` for an app that is not released there, an unknown `to`, an empty `by` or
 *   `reason`; `refused` where there is no earlier release or its configuration can no longer be read;
 *   from the remote: `auth`, `refused`, `not-found`, `timeout`
 */
export async function rollback(
  checkout: Checkout,
  environment: Environment,
  app: string,
  options: RollbackOptions,
): Promise<RollbackResult> {
  const hold = newHold(options, Date.now());
  const repository = await LedgerRepository.open(checkout, environment, { history: true });
  let target: RollbackTarget | undefined;
  try {
    const { value, commit } = await updateLedger(
      repository,
      async (tip) => {
        const before = await requireRelease(tip, environment, app);
        if (target === undefined) {
          const entries = await readHistory(checkout, repository, tip, app);
          target = chooseTarget(entries, environment, app, options.to);
          if (
            !sameRecord(before, target.release) &&
            !(await repository.keeps(tip, target.release.release.config))
          )
            await assertReadable(checkout, environment, app, target);
        }
        return planRollback(tip, environment, app, before, target, hold, options.runUrl);
      },
      options,
    );
    return { ...value, ...(commit !== undefined && { commit }) };
  } finally {
    await repository.close();
  }
}

/** What {@link rollback} means on top of one tip, once its target is chosen. */
export async function planRollback(
  tip: Tip,
  environment: Pick<Environment, 'name' | 'ledger'>,
  app: string,
  before: Release,
  target: RollbackTarget,
  hold: Hold,
  runUrl?: string,
): Promise<Change<RollbackResult>> {
  const value = { app, before, restored: target.commit };
  if (sameRecord(before, target.release)) return { value: { ...value, after: before } };
  const after = { ...recordOf(target.release), hold };
  const restored = [{ app, outcome: 'landed' as const, before, after }];
  return {
    value: { ...value, after },
    edit: editOf(app, await readState(tip, environment.ledger.branch), before, after),
    message: ledgerMessage({
      subject: `Roll back ${app} in ${environment.name}`,
      lines: releaseLines(restored),
      trailers: [
        ['Environment', environment.name],
        ['Action', 'rollback'],
        ...releaseTrailers(restored),
        ['Restored', target.commit],
        ...holdTrailers(hold),
        ['Run', plainUrl(runUrl)],
      ],
    }),
  };
}

function chooseTarget(
  entries: readonly HistoryEntry[],
  { name }: Environment,
  app: string,
  to: string | undefined,
): RollbackTarget {
  if (to === undefined) {
    const previous = previousRelease(entries);
    if (previous !== undefined) return previous;
    throw new GitopsError(
      'refused',
      `${app} has no earlier release in ${name} to go back to. What it had: npx slipway history ${app} --env ${name}`,
      { value: app },
    );
  }
  const found = releasesNamed(entries, to);
  const names = new Set(found.map(({ name }) => name));
  if (found[0] !== undefined && names.size === 1) return found[0];
  const problem =
    names.size > 1
      ? `"${to}" names ${names.size} things in the history of ${app} in ${name} (${[...names].join(', ')}). Write more of it.`
      : `"${to}" names no release of ${app} in ${name}.`;
  throw new GitopsError('usage', `${problem} There is:\n${listReleases(entries)}`, { value: to });
}

function listReleases(entries: readonly HistoryEntry[]): string {
  const releases = releasesIn(entries);
  const lines = releases
    .slice(0, LISTED)
    .map(
      ({ commit, release: { image, release } }) =>
        `  ${image ? `${image.tag}  ` : ''}configuration ${release.config.slice(0, 12)}  ledger ${commit.slice(0, 12)}`,
    );
  const more = releases.length - lines.length;
  return [...lines, ...(more > 0 ? [`  and ${more} older`] : [])].join('\n');
}

/** A release that neither main nor the ledger has would leave Argo CD with a commit that it cannot fetch. */
async function assertReadable(
  checkout: Checkout,
  environment: Environment,
  app: string,
  { release }: RollbackTarget,
): Promise<void> {
  if (environment.source === 'worktree') return; // the ledger itself keeps what nothing else does
  const mainline = await mainlineOf(checkout, environment);
  const problem = await unreadable(checkout, environment, mainline, release.release.config);
  if (problem === undefined) return;
  throw new GitopsError(
    'refused',
    `${app} cannot go back to ${release.image?.tag ?? release.release.config.slice(0, 12)}: ${problem}, or name another release with --to.`,
    { value: release.release.config },
  );
}
