import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { readHistory, type HistoryEntry } from '../ledger/ledger-history.ts';
import { editOf, holdTrailers, newHold, type Hold, type HoldOptions } from './hold.ts';
import { ledgerMessage, releaseLines, releaseTrailers } from '../ledger/ledger-message.ts';
import { LedgerRepository, type Tip } from '../ledger/ledger-repository.ts';
import { readState, type Release } from '../ledger/records.ts';
import { mainlineOf, unreadable } from '../eligibility/mainline.ts';
import { requireRelease } from '../ledger/require-release.ts';
import {
  previousRelease,
  withoutHold,
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

/** The maximum number of releases in an error message. */
const LISTED = 10;

/** The target of a rollback, and the hold that it sets. */
export interface RollbackOptions extends HoldOptions {
  /**
   * A tag, digest, configuration commit or ledger commit. Digests and commits may be abbreviated to 7 digits.
   * If several releases match, the newest. @default the release before the current one
   */
  to?: string | undefined;
  /** The deadline of all attempts together, in milliseconds. @default 120000 */
  deadlineMs?: number;
}

/** The result of {@link rollback}. */
export interface RollbackResult {
  app: string;
  before: Release;
  /** The release in the ledger now. */
  after: Release;
  /** The ledger commit whose release was restored. */
  restored: Commit;
  /** The commit on the ledger branch. Undefined if the target is the current release. */
  commit?: Commit;
}

/**
 * Restores an older release (image and configuration) in a new commit. The commit also sets a hold and makes
 * the app pending: the next run does not undo the rollback, and the first run after the hold deploys the app
 * again. The target is chosen once, at the first tip, so a release that lands meanwhile is replaced, too.
 *
 * @throws {GitopsError} `usage` if the app is not released there, for an unknown `to`, or an empty `by` or
 *   `reason`; `refused` if there is no earlier release, or if its configuration can no longer be read; from
 *   the remote: `auth`, `refused`, `not-found`, `timeout`
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

/** The change that {@link rollback} makes on top of a tip, for a chosen target. */
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
  const after = { ...withoutHold(target.release), hold };
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
      `${app} has no earlier release in ${name}. Its history: npx slipway history ${app} --env ${name}`,
      { value: app },
    );
  }
  const found = releasesNamed(entries, to);
  const names = new Set(found.map(({ name }) => name));
  if (found[0] !== undefined && names.size === 1) return found[0];
  const problem =
    names.size > 1
      ? `"${to}" is ambiguous in the history of ${app} in ${name} (${[...names].join(', ')}). Give more digits.`
      : `"${to}" is not a release of ${app} in ${name}.`;
  throw new GitopsError('usage', `${problem} Known releases:\n${listReleases(entries)}`, { value: to });
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

/**
 * Asserts that main has the configuration commit, because the ledger does not: Argo CD must be able to fetch
 * it.
 */
async function assertReadable(
  checkout: Checkout,
  environment: Environment,
  app: string,
  { release }: RollbackTarget,
): Promise<void> {
  if (environment.source === 'worktree') return; // the ledger keeps the snapshots
  const mainline = await mainlineOf(checkout, environment);
  const problem = await unreadable(checkout, environment, mainline, release.release.config);
  if (problem === undefined) return;
  throw new GitopsError(
    'refused',
    `${app} cannot roll back to ${release.image?.tag ?? release.release.config.slice(0, 12)}: ${problem}, or name another release with --to.`,
    { value: release.release.config },
  );
}
