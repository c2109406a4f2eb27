import { setTimeout as delay } from 'node:timers/promises';
import { ImageError, type ImageErrorCode } from '../error.ts';

/** The number of attempts of a request and the pauses between them. */
export interface RetryPolicy {
  /** The total number of attempts by error code. Other codes are not retried. */
  tries: Partial<Record<ImageErrorCode, number>>;
  /** Upper bound of the first pause, in milliseconds; it doubles with each attempt. */
  baseMs: number;
  /** Upper bound of computed pauses, in milliseconds. */
  capMs: number;
  /** Upper bound of a pause that the registry demands, in milliseconds. */
  retryAfterCapMs: number;
  random: () => number;
}

/**
 * A refused connection usually means a wrong address, so it is retried less often than other failures. Full
 * jitter (a random part of the bound) keeps many clients from retrying at the same time.
 */
export const defaultRetryPolicy: RetryPolicy = {
  tries: { network: 10, 'registry-unavailable': 10, 'rate-limited': 10, 'registry-unreachable': 4 },
  baseMs: 100,
  capMs: 5_000,
  retryAfterCapMs: 60_000,
  random: Math.random,
};

/** Repeats an attempt after failures that the policy lists, until the deadline. */
export async function retry<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw deadlineError(error);
      if (!(error instanceof ImageError) || tried >= (policy.tries[error.code] ?? 1)) throw error;
      await delay(pauseMs(policy, tried, error.retryAfterMs), undefined, { signal }).catch(() => {
        throw deadlineError(error);
      });
    }
  }
}

/** The pause before the next attempt, in milliseconds. */
export function pauseMs(policy: RetryPolicy, tried: number, retryAfterMs: number | undefined): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, policy.retryAfterCapMs);
  return policy.random() * Math.min(policy.baseMs * 2 ** (tried - 1), policy.capMs);
}

/** Parses `Retry-After`: seconds or a date (RFC 9110, section 10.2.3). Returns milliseconds. */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The error after the deadline has passed. @param cause the last failure */
export function deadlineError(cause: unknown): ImageError {
  const last = cause instanceof Error ? `; last: ${cause.message}` : '';
  return new ImageError(
    'deadline',
    `the deadline passed${last}. Run again, or allow more time: content that has arrived is kept`,
    { cause },
  );
}
