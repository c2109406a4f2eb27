import { expect, test } from 'vitest';
import { pushImage } from '../../src/push/push-image.ts';
import { openImage } from '../../src/layout/open-image.ts';
import { registryTarget } from '../../src/push/registry-target.ts';
import { defaultRetryPolicy, type RetryPolicy } from '../../src/registry/retry.ts';
import { sendImage } from '../../src/push/send-image.ts';
import { fakeRegistry, type FakeRegistryOptions } from '../support/fake-registry.ts';
import { oneToThree, randomOf, seed, shaky } from '../support/shaky.ts';
import { smallImage, type SmallImage } from '../support/small-image.ts';

/** The default deadline of `pushImage`. */
const deadlineMs = 120_000;

test(`every push succeeds although one in five requests fails (SLIPWAY_SEED=${seed})`, async () => {
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
  // The control: faults did occur.
  expect(count()).toBeGreaterThan(20);
});

const pushesWithFaults = process.env['SLIPWAY_DEEP'] ? 200 : 40;

/** Many pushes to one registry, each with one to three faults. */
async function faultyPushes(image: SmallImage, policy: RetryPolicy) {
  const random = randomOf(seed);
  const plans = Array.from({ length: pushesWithFaults }, () => oneToThree(random));
  const fault: FakeRegistryOptions['fault'] = ({ path }) =>
    plans[Number(/^\/v2\/app-(\d+)\//.exec(path)?.[1])]?.fault();
  const registry = await fakeRegistry({ fault });
  const push = async (_: unknown, index: number) => {
    const opened = await openImage({ layout: image.layout, blobs: image.blobs });
    const repository = { kind: 'registry', name: 'app', host: registry.host, path: `app-${index}` } as const;
    const stop = new AbortController();
    const signal = AbortSignal.any([AbortSignal.timeout(deadlineMs), stop.signal]);
    const target = registryTarget({ repository, credentials: async () => undefined, signal, policy });
    const children = opened.platforms.map(({ document }) => document);
    const sending = { source: opened.source, signal, cancel: () => stop.abort() };
    try {
      await sendImage(target, opened.root, async () => ({ children, blobs: opened.blobs }), sending);
    } finally {
      target.close();
    }
  };
  const outcomes = await Promise.allSettled(plans.map(push));
  const kept = plans.filter((_, index) => registry.manifests.has(`app-${index}@${image.result.digest}`));
  return { outcomes, kept: kept.length, faults: plans.reduce((sum, plan) => sum + plan.count(), 0) };
}

test(`each of ${pushesWithFaults} pushes with one to three faults succeeds within its deadline (SLIPWAY_SEED=${seed})`, async () => {
  const image = await smallImage();
  const { outcomes, kept, faults } = await faultyPushes(image, defaultRetryPolicy);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
  expect(kept).toBe(pushesWithFaults);
  expect(faults).toBeGreaterThan(pushesWithFaults / 2);
  // The control: without retries, pushes fail with the same faults.
  const without = await faultyPushes(image, { ...defaultRetryPolicy, tries: {} });
  expect(without.outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(
    pushesWithFaults / 4,
  );
}, 300_000);
