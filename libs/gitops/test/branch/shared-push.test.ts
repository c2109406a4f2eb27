import { describe, expect, it } from 'vitest';
import { SharedPush } from '../../src/branch/shared-push.ts';

describe('a shared push', () => {
  it('serves one caller at a time, and then all that wait together', async () => {
    const shared = new SharedPush<number, string>();
    const served: (readonly number[])[] = [];
    const [begun, first] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const serve = async (works: readonly number[]) => {
      served.push(works);
      begun.resolve();
      if (served.length === 1) await first.promise;
      return works.map(String);
    };
    const early = shared.serve('a', 1, serve);
    await begun.promise;
    const late = [2, 3, 4].map((work) => shared.serve('a', work, serve));
    first.resolve();
    expect(await Promise.all([early, ...late])).toEqual(['1', '2', '3', '4']);
    expect(served).toEqual([[1], [2, 3, 4]]);
  });

  it('serves different queues at the same time', async () => {
    const shared = new SharedPush<number, number>();
    const never = new Promise<never>(() => {});
    void shared.serve('a', 1, () => never);
    expect(await shared.serve('b', 2, async (works) => works)).toBe(2);
  });

  it('rejects all callers of a failed push, and serves the next caller', async () => {
    const shared = new SharedPush<number, number>();
    const failing = [1, 2, 3].map((work) =>
      shared.serve('a', work, async () => {
        throw new Error(`with ${work}`);
      }),
    );
    const ends = await Promise.allSettled(failing);
    expect(ends.map((end) => end.status === 'rejected' && (end.reason as Error).message)).toEqual([
      'with 1',
      'with 1',
      'with 1',
    ]);
    expect(await shared.serve('a', 4, async (works) => works)).toBe(4);
  });
});
