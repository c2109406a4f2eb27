import { expect, test } from 'vitest';
import { pushImage } from '../src/push.ts';
import { fakeRegistry } from './registry/fake-registry.ts';
import { seed, shaky } from './registry/shaky.ts';
import { smallImage } from './small-image.ts';

test(`every push ends right although each fifth request goes wrong (SLIPWAY_SEED=${seed})`, async () => {
  const { fault, count } = shaky(seed);
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
  expect(count()).toBeGreaterThan(20);
});
