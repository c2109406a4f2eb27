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

/** Small and good enough here (mulberry32): a failed run is replayed by its seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What makes each fifth request go wrong, and how often it has. */
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

/** A seed for one run: given, to play a failed run again, or a new one. */
export const seed = Number(process.env['SLIPWAY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
