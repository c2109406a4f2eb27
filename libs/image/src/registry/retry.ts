import { setTimeout as delay } from 'node:timers/promises';
import { ImageError, type ImageErrorCode } from '../error.ts';

/** How often and after which pauses a request is tried again. */
export interface RetryPolicy {
  /** Tries in all, by the code of the failure; a code that is not named is not tried again. */
  tries: Partial<Record<ImageErrorCode, number>>;
  /** First pause's upper bound; it doubles with each try. Milliseconds. */
  baseMs: number;
  /** Upper bound of computed pauses. Milliseconds. */
  capMs: number;
  /** Upper bound of a pause that the registry asks for. Milliseconds. */
  retryAfterCapMs: number;
  random: () => number;
}

/**
 * A refused connection is mostly a wrong address, so it gets few tries; a busy or shaky registry gets many.
 * Full jitter (a random share of the bound) keeps many clients from coming back together.
 */
export const defaultRetryPolicy: RetryPolicy = {
  tries: { network: 10, 'registry-unavailable': 10, 'rate-limited': 10, 'registry-unreachable': 4 },
  baseMs: 100,
  capMs: 5_000,
  retryAfterCapMs: 60_000,
  random: Math.random,
};

/** Runs an attempt again while it fails for reasons of the world and the deadline has not passed. */
export async function retry<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw passedDeadline(error);
      if (!(error instanceof ImageError) || tried >= (policy.tries[error.code] ?? 1)) throw error;
      await delay(pauseMs(policy, tried, error.retryAfterMs), undefined, { signal }).catch(() => {
        throw passedDeadline(error);
      });
    }
  }
}

/** Pause before the next try, in milliseconds. */
export function pauseMs(policy: RetryPolicy, tried: number, retryAfterMs: number | undefined): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, policy.retryAfterCapMs);
  return policy.random() * Math.min(policy.baseMs * 2 ** (tried - 1), policy.capMs);
}

/** Reads `Retry-After`: seconds or a date (RFC 9110, section 10.2.3). */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The failure of work that its deadline ended. @param cause what went wrong last */
export function passedDeadline(cause: unknown): ImageError {
  const last = cause instanceof Error ? `; last: ${cause.message}` : '';
  return new ImageError(
    'deadline',
    `the deadline passed${last}. Run again, or allow more time: what has arrived stays there`,
    { cause },
  );
}
