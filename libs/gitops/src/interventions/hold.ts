import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { ledgerMessage, type LedgerMessage } from '../ledger/ledger-message.ts';
import { LedgerRepository, type Tip } from '../ledger/ledger-repository.ts';
import {
  isHeld,
  LEDGER_FILE,
  printRecord,
  readState,
  releaseFile,
  withPending,
  type LedgerState,
  type Release,
} from '../ledger/records.ts';
import { requireRelease } from '../ledger/require-release.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import { parseUntil } from '../text/parse-until.ts';
import { type Change } from '../branch/update-branch.ts';
import { updateLedger } from '../ledger/update-ledger.ts';
import { oneLine, plainUrl } from '../text/one-line.ts';
import { seconds } from '../text/time-text.ts';

/** The hold of a release: no run may replace it. */
export type Hold = NonNullable<Release['hold']>;

/** Who holds a release, why, and for how long. */
export interface HoldOptions {
  by: string;
  reason: string;
  /** A duration (`90m`, `2h`, `1d12h`) or an ISO 8601 time with a zone. @default no end */
  until?: string | undefined;
  /** The address of the run, for the commit's trailers. */
  runUrl?: string | undefined;
}

/** The result of {@link hold}. */
export interface HoldResult {
  app: string;
  hold: Hold;
  /** The hold that this one replaces, if one was in force. */
  replaced?: Hold;
  /** The commit on the ledger branch. Undefined if the ledger had the same hold already. */
  commit?: Commit;
}

/** The result of {@link unhold}. */
export interface UnholdResult {
  app: string;
  /** The lifted hold. Undefined if there was none. */
  lifted?: Hold;
  /** The commit on the ledger branch. Undefined if there was no hold. */
  commit?: Commit;
}

/**
 * Holds the release of an app: no run and no promotion replaces it until the hold is lifted or ends. The app
 * becomes pending, so the first run after the hold deploys it. A second hold replaces reason and end.
 *
 * @throws {GitopsError} `usage` if the app is not released there, for an empty `by` or `reason`, or an
 *   invalid `until`; from the remote: `auth`, `refused`, `not-found`, `timeout`
 */
export async function hold(
  checkout: Checkout,
  environment: Environment,
  app: string,
  options: HoldOptions,
): Promise<HoldResult> {
  const wanted = newHold(options, Date.now());
  return write<HoldResult>(checkout, environment, (tip) =>
    planHold(tip, environment, app, wanted, options.runUrl),
  );
}

/**
 * Lifts the hold of an app. The next run deploys the app.
 *
 * @throws {GitopsError} `usage` if the app is not released there; from the remote as {@link hold}
 */
export async function unhold(
  checkout: Checkout,
  environment: Environment,
  app: string,
  { by, runUrl }: Pick<HoldOptions, 'by' | 'runUrl'>,
): Promise<UnholdResult> {
  const who = required('by', by);
  return write<UnholdResult>(checkout, environment, (tip) => planUnhold(tip, environment, app, who, runUrl));
}

/** The change that {@link hold} makes on top of a tip. */
export async function planHold(
  tip: Tip,
  environment: Pick<Environment, 'name' | 'ledger'>,
  app: string,
  wanted: Hold,
  runUrl?: string,
): Promise<Change<HoldResult>> {
  const release = await requireRelease(tip, environment, app);
  const before = isHeld(release, Date.now()) ? release.hold : undefined;
  const next = before ? { ...wanted, since: before.since } : wanted;
  const state = await readState(tip, environment.ledger.branch);
  const edit = editOf(app, state, release, { ...release, hold: next });
  return {
    value: { app, hold: next, ...(before && edit.size > 0 && { replaced: before }) },
    edit,
    message: ledgerMessage({
      subject: `Hold ${app} in ${environment.name}`,
      trailers: [
        ['Environment', environment.name],
        ['Action', 'hold'],
        ['App', app],
        ...holdTrailers(next),
        ['Run', plainUrl(runUrl)],
      ],
    }),
  };
}

/** The change that {@link unhold} makes on top of a tip. */
export async function planUnhold(
  tip: Tip,
  environment: Pick<Environment, 'name' | 'ledger'>,
  app: string,
  by: string,
  runUrl?: string,
): Promise<Change<UnholdResult>> {
  const before = await requireRelease(tip, environment, app);
  const { hold: lifted, ...after } = before;
  if (lifted === undefined) return { value: { app } };
  const state = await readState(tip, environment.ledger.branch);
  return {
    value: { app, lifted },
    edit: editOf(app, state, before, after),
    message: ledgerMessage({
      subject: `Lift the hold of ${app} in ${environment.name}`,
      trailers: [
        ['Environment', environment.name],
        ['Action', 'unhold'],
        ['App', app],
        ['By', by],
        ['Run', plainUrl(runUrl)],
      ],
    }),
  };
}

/**
 * A hold that starts now.
 *
 * @param now milliseconds since 1970
 * @throws {GitopsError} `usage` for an empty `by` or `reason`, or an invalid `until`
 */
export function newHold({ by, reason, until }: HoldOptions, now: number): Hold {
  return {
    by: required('by', by),
    reason: required('reason', reason),
    since: seconds(now),
    ...(until !== undefined && { until: parseUntil(until, now) }),
  };
}

/** The trailers of a hold. */
export const holdTrailers = ({ by, reason, until }: Hold): LedgerMessage['trailers'] => [
  ['By', by],
  ['Reason', reason],
  ['Until', until],
];

/** The changed ledger files: the release, and the app as pending, so that it is due after the hold. */
export function editOf(
  app: string,
  state: LedgerState,
  before: Release,
  after: Release,
): Map<string, string> {
  const next = withPending(state, app);
  const files = [
    [releaseFile(app), before, after],
    [LEDGER_FILE, state, next],
  ] as const;
  return new Map(
    files.flatMap(([file, was, is]) =>
      printRecord(was) === printRecord(is) ? [] : [[file, printRecord(is)] as const],
    ),
  );
}

async function write<T extends object>(
  checkout: Checkout,
  environment: Environment,
  intend: (tip: Tip) => Promise<Change<T>>,
): Promise<T & { commit?: Commit }> {
  const repository = await LedgerRepository.open(checkout, environment);
  try {
    const { value, commit } = await updateLedger(repository, intend);
    return { ...value, ...(commit !== undefined && { commit }) };
  } finally {
    await repository.close();
  }
}

function required(what: 'by' | 'reason', text: string): string {
  const line = oneLine(text);
  if (line !== '') return line;
  const remedy = what === 'by' ? 'Give your name' : 'Give the reason; others see it with the hold';
  throw new GitopsError('usage', `--${what} is empty. ${remedy}.`, { value: text });
}
