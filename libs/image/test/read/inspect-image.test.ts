import { expect, test } from 'vitest';
import { inspectImage } from '../../src/read/inspect-image.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry } from '../support/fake-registry.ts';
import { smallImage } from '../support/small-image.ts';

test('inspecting shows the configuration, the layers and the files in each', async () => {
  const { layout, blobs, result } = await smallImage();
  const { digest, platforms } = await inspectImage({ image: layout, blobs });
  expect(digest).toBe(result.digest);
  expect(platforms).toHaveLength(1);
  expect(platforms[0]).toMatchObject({
    platform: 'linux/amd64',
    user: '65532:65532',
    workingDir: '/app',
    entrypoint: ['/nodejs/bin/node', '/app/main.mjs'],
    labels: { 'org.opencontainers.image.title': 'small' },
  });
  const layers = platforms[0]?.layers ?? [];
  expect(layers.map(({ name }) => name)).toEqual(['base', 'external', 'assets', 'app']);
  expect(layers.slice(1).map(({ digest, diffId, size }) => ({ digest, diffId, size }))).toEqual(
    result.layers.map(({ digest, diffId, size }) => ({ digest, diffId, size })),
  );
  expect(layers[3]?.files).toEqual([
    { path: '/app', type: 'directory', mode: 0o555, size: 0 },
    { path: '/app/main.mjs', type: 'file', mode: 0o444, size: 20 },
  ]);
});

test('inspecting leaves out the files of a layer that is not on this machine', async () => {
  const { layout } = await smallImage();
  const { platforms } = await inspectImage({ image: layout });
  expect(platforms[0]?.layers.map(({ files }) => files?.length)).toEqual([undefined, 4, 3, 2]);
});

test('inspecting an image of a registry fetches documents but no layer', async () => {
  const [registry, { layout, blobs, result }] = [await fakeRegistry(), await smallImage()];
  const [to, credentials] = [`${registry.host}/app`, async () => undefined];
  await pushImage({ layout, blobs, to, credentials });
  const before = registry.seen.length;
  const { digest, platforms } = await inspectImage({ image: `${to}@${result.digest}`, credentials });
  expect([digest, platforms[0]?.user]).toEqual([result.digest, '65532:65532']);
  expect(platforms[0]?.layers.map(({ size, files }) => [size > 0, files])).toEqual(
    Array.from({ length: 4 }, () => [true, undefined]),
  );
  // Index, manifest, configuration.
  expect(registry.seen.slice(before).map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  const missing = inspectImage({ image: `${to}@sha256:${'0'.repeat(64)}`, credentials });
  expect((await failureOf(missing)).code).toBe('image-missing');
  expect((await failureOf(inspectImage({ image: `${to}:v1`, credentials }))).code).toBe('invalid-input');
});
