import { GitopsError } from '../error.ts';
import { seconds } from './time-text.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DURATION = /^(?:\d+[mhdw])+$/;
/** A date is its midnight in UTC; a time must have a zone, because CI and people are in different ones. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads when something ends: an ISO 8601 date (its midnight in UTC) or time with its zone
 * (`2026-12-01`, `2026-12-01T08:00Z`), or a duration from now in minutes, hours, days and weeks
 * (`90m`, `2h`, `1d12h`, `2w`).
 *
 * @param now milliseconds since 1970
 * @returns ISO 8601 in UTC, to the second
 * @throws {GitopsError} `usage` if the text is not a duration or a time, or is in the past
 */
export function parseUntil(text: string, now: number): string {
  const at = DURATION.test(text) ? now + durationOf(text) : instantOf(text);
  if (at === undefined || !(at <= Date.parse('9999-12-31T23:59:59Z'))) {
    throw new GitopsError(
      'usage',
      `"${text}" is not the end of a hold. Write a duration (90m, 2h, 1d12h, 2w) or a time with its zone (2026-12-01T08:00Z).`,
      { value: text },
    );
  }
  if (at <= now) {
    throw new GitopsError(
      'usage',
      `"${text}" is not in the future: it is ${seconds(now)}. Write a later time, or a duration (2h).`,
      { value: text },
    );
  }
  return seconds(at);
}

function durationOf(text: string): number {
  const parts = [...text.matchAll(/(\d+)([mhdw])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit as string] as number), 0);
}

/** Undefined for a day that does not exist: `Date.parse` reads February 30 as March 2. */
function instantOf(text: string): number | undefined {
  const day = INSTANT.exec(text)?.[1];
  if (day === undefined) return undefined;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || seconds(midnight).slice(0, 10) !== day) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
