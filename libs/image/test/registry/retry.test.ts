import { describe, expect, test } from 'vitest';
import { ImageError } from '../../src/error.ts';
import { defaultRetryPolicy, parseRetryAfter, pauseMs, retry } from '../../src/registry/retry.ts';
import { failureOf } from '../support/failure-of.ts';

const quick = { ...defaultRetryPolicy, baseMs: 0 };
const never = new AbortController().signal;
const counting = (code: ImageError['code']) => {
  let tries = 0;
  const attempt = async (): Promise<string> => {
    tries += 1;
    throw new ImageError(code, `try ${tries}`);
  };
  return { attempt, tries: () => tries };
};

describe('a retry', () => {
  test.each<[ImageError['code'], number]>([
    ['network', 10],
    ['registry-unavailable', 10],
    ['registry-unreachable', 4],
    ['unauthorized', 1],
    ['repository-missing', 1],
    ['registry-refused', 1],
    ['digest-mismatch', 1],
  ])('after %s makes up to %i attempts', async (code, expected) => {
    const { attempt, tries } = counting(code);
    expect((await failureOf(retry(quick, never, attempt))).code).toBe(code);
    expect(tries()).toBe(expected);
  });

  test('ends with the first success', async () => {
    let left = 3;
    const attempt = async () => {
      if (left-- > 0) throw new ImageError('network', 'again');
      return 'done';
    };
    expect(await retry(quick, never, attempt)).toBe('done');
  });

  test('ends at the deadline and keeps the last error', async () => {
    const { attempt } = counting('network');
    const failure = await failureOf(
      retry({ ...quick, baseMs: 10_000, random: () => 1 }, AbortSignal.timeout(20), attempt),
    );
    expect([failure.code, (failure.cause as Error).message]).toEqual(['deadline', 'try 1']);
    // Small layers are sent again without a HEAD, so the message does not promise to continue.
    expect(failure.message).toMatch(
      /last: try 1\. Run again, or allow more time: content that has arrived is kept$/,
    );
  });

  test('pauses for a random part of a bound that doubles up to a limit', () => {
    const policy = { ...defaultRetryPolicy, random: () => 1 };
    expect([1, 2, 3, 20].map((tried) => pauseMs(policy, tried, undefined))).toEqual([100, 200, 400, 5000]);
    expect(pauseMs({ ...policy, random: () => 0 }, 5, undefined)).toBe(0);
  });

  test('pauses as long as the registry demands, at most a minute', () => {
    expect(pauseMs(defaultRetryPolicy, 1, 7000)).toBe(7000);
    expect(pauseMs(defaultRetryPolicy, 1, 3_600_000)).toBe(60_000);
  });

  test('reads Retry-After in seconds and as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(parseRetryAfter('7', now)).toBe(7000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
    expect(parseRetryAfter('Thu, 01 Jan 2015 00:00:00 GMT', now)).toBe(0);
    expect(parseRetryAfter('soon', now)).toBeUndefined();
    expect(parseRetryAfter(undefined, now)).toBeUndefined();
  });
});
