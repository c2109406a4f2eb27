import type { Outcome } from './outcome.ts';
import { oneLine } from '../text/one-line.ts';

/**
 * What a ledger commit did to a project, by its trailers. `edit` is a change by hand; `pending` is an update
 * of a stack that did not finish.
 */
export type Action =
  'release' | 'apply' | 'pending' | 'promote' | 'rollback' | 'hold' | 'unhold' | 'remove' | 'edit';

/** Actions that a `Slipway-Action` trailer names. A bump and a removal have other trailers. */
const NAMED: ReadonlySet<string> = new Set(['promote', 'rollback', 'hold', 'unhold']);

/** The message of a ledger commit. */
export interface LedgerMessage {
  subject: string;
  /** Lines for people. */
  lines?: readonly string[];
  /** For programs, in order. A trailer without a value is omitted. */
  trailers: readonly (readonly [key: string, value: string | undefined])[];
}

/**
 * Prints a commit message with its trailers at the end. A value is always one line, so it cannot add a
 * trailer.
 */
export function ledgerMessage({ subject, lines = [], trailers }: LedgerMessage): string {
  const body = lines.length > 0 ? ['', ...lines.map(oneLine)] : [];
  const written = trailers.flatMap(([key, value]) => (value ? [`Slipway-${key}: ${oneLine(value)}`] : []));
  return [oneLine(subject), ...body, '', ...written, ''].join('\n');
}

/** The trailers of the releases that a commit records. */
export function releaseTrailers(landed: readonly Outcome[]): LedgerMessage['trailers'] {
  return landed.flatMap(({ app, before, after }): LedgerMessage['trailers'] => [
    ['App', app],
    ['Digest', after?.image && `${before?.image?.digest ?? 'none'} -> ${after.image.digest}`],
    ['Graph', after?.graph && `${before?.graph ?? 'none'} -> ${after.graph}`],
    ['Source', after?.release.source],
    ['Config', after?.release.config],
  ]);
}

/** The releases that a commit records, one line each. */
export function releaseLines(landed: readonly Outcome[]): string[] {
  return landed.map(({ app, before, after }) => {
    const commit = after?.release.config.slice(0, 12);
    if (after?.graph) return `${app}: graph ${step(before?.graph, after.graph)}, applied at ${commit}`;
    const same = before?.image?.digest === after?.image?.digest;
    const change = same ? 'same image' : step(before?.image?.digest, after?.image?.digest);
    return `${app}: ${after?.image ? `${change}, ` : ''}configuration ${commit}`;
  });
}

const step = (before: string | undefined, after: string | undefined): string =>
  `${short(before)} -> ${short(after)}`;

/** The apps of a commit for its subject: up to three names, or their number. */
export const nameApps = (landed: readonly Outcome[]): string =>
  landed.length > 3 ? `${landed.length} apps` : landed.map(({ app }) => app).join(', ');

/** What a commit did to a project. @param trailers by key, without the prefix `Slipway-` */
export function actionOn(project: string, trailers: ReadonlyMap<string, readonly string[]>): Action {
  if (trailers.get('Removed')?.includes(project)) return 'remove';
  if (trailers.get('Due')?.includes(project)) return 'pending';
  if (!trailers.get('App')?.includes(project)) return 'edit';
  const named = trailers.get('Action')?.[0];
  return named !== undefined && NAMED.has(named) ? (named as Action) : 'release';
}

const short = (digest: string | undefined): string =>
  digest?.slice('sha256:'.length, 'sha256:'.length + 12) ?? 'none';
