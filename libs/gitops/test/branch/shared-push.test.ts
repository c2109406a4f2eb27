import { describe, expect, it } from 'vitest';
import { SharedPush } from '../../src/branch/shared-push.ts';

describe('a queue', () => {
  it('serves one at a time, and all who wait by then together', async () => {
    const queue = new SharedPush<number, string>();
    const served: (readonly number[])[] = [];
    const [begun, first] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const serve = async (works: readonly number[]) => {
      served.push(works);
      begun.resolve();
      if (served.length === 1) await first.promise;
      return works.map(String);
    };
    const early = queue.serve('a', 1, serve);
    await begun.promise;
    const late = [2, 3, 4].map((work) => queue.serve('a', work, serve));
    first.resolve();
    expect(await Promise.all([early, ...late])).toEqual(['1', '2', '3', '4']);
    expect(served).toEqual([[1], [2, 3, 4]]);
  });

  it('keeps lines apart', async () => {
    const queue = new SharedPush<number, number>();
    const never = new Promise<never>(() => {});
    void queue.serve('a', 1, () => never);
    expect(await queue.serve('b', 2, async (works) => works)).toBe(2);
  });

  it('tells a failure to all who were served, and goes on with the next', async () => {
    const queue = new SharedPush<number, number>();
    const failing = [1, 2, 3].map((work) =>
      queue.serve('a', work, async () => {
        throw new Error(`with ${work}`);
      }),
    );
    const ends = await Promise.allSettled(failing);
    expect(ends.map((end) => end.status === 'rejected' && (end.reason as Error).message)).toEqual([
      'with 1',
      'with 1',
      'with 1',
    ]);
    expect(await queue.serve('a', 4, async (works) => works)).toBe(4);
  });
});
