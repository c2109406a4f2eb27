import type { Fault } from './fake-registry.ts';

const faults: Fault[] = [
  'reset',
  'lost-answer',
  'truncate',
  { status: 500 },
  { status: 502 },
  { status: 503, headers: { 'retry-after': '0' } },
  { status: 429, headers: { 'retry-after': new Date(0).toUTCString() } },
];

/** As `faults`, and silent connections. */
const allFaults: Fault[] = [...faults, 'stall'];

/** A seeded random generator (mulberry32), to replay a failed run. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes one in five requests fail, and counts the faults. */
export function shaky(seed: number): { fault: () => Fault | undefined; count: () => number } {
  const random = randomOf(seed);
  let count = 0;
  return {
    fault() {
      if (random() >= 0.2) return undefined;
      count += 1;
      return faults[Math.floor(random() * faults.length)];
    },
    count: () => count,
  };
}

/** Makes one to three of the first requests of a push fail, at random. */
export function oneToThree(random: () => number): { fault: () => Fault | undefined; count: () => number } {
  const planned = new Map<number, Fault>();
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    planned.set(Math.floor(random() * 16), allFaults[Math.floor(random() * allFaults.length)] ?? 'reset');
  }
  let [requests, count] = [0, 0];
  return {
    fault() {
      const fault = planned.get(requests++);
      if (fault) count += 1;
      return fault;
    },
    count: () => count,
  };
}

/** The seed of this run: `SLIPWAY_SEED`, to replay a failed run, or a new one. */
export const seed = Number(process.env['SLIPWAY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
