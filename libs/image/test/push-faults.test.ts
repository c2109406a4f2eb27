import { expect, test } from 'vitest';
import { pushImage } from '../src/push.ts';
import { fakeRegistry, type Fault } from './registry/fake-registry.ts';
import { smallImage } from './small-image.ts';

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

const seed = Number(process.env['SLIPWAY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test(`every push ends right although each fifth request goes wrong (SLIPWAY_SEED=${seed})`, async () => {
  const random = randomOf(seed);
  let failed = 0;
  const fault = (): Fault | undefined => {
    if (random() >= 0.2) return undefined;
    failed += 1;
    return faults[Math.floor(random() * faults.length)];
  };
  const [registry, image] = [await fakeRegistry({ fault }), await smallImage()];
  const pushes = Array.from({ length: 24 }, (_, index) => {
    const to = `${registry.host}/app-${index}`;
    return pushImage({
      layout: image.layout,
      blobs: image.blobs,
      to,
      tags: ['v1'],
      credentials: async () => undefined,
    });
  });
  for (const { digest } of await Promise.all(pushes)) expect(digest).toBe(image.result.digest);
  const tags = [...registry.manifests.keys()].filter((key) => key.endsWith(':v1'));
  expect(tags).toHaveLength(24);
  // The control: without faults the test would show nothing.
  expect(failed).toBeGreaterThan(20);
});
