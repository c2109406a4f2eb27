import type { Release } from './records.ts';

/** Whether a hold is in force at a time (milliseconds since 1970). An end that is no time never comes. */
export function isHeld({ hold }: Release, now: number): boolean {
  return hold !== undefined && !(hold.until !== undefined && now >= Date.parse(hold.until));
}
