import type { Release } from './records.ts';

/**
 * Whether a hold is in force at `now` (milliseconds since 1970). A hold whose end is not a time does not end.
 */
export function isHeld({ hold }: Release, now: number): boolean {
  return hold !== undefined && !(hold.until !== undefined && now >= Date.parse(hold.until));
}
