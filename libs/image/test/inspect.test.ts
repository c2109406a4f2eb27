import { expect, test } from 'vitest';
import { inspectImage } from '../src/inspect.ts';
import { smallImage } from './small-image.ts';

test('inspecting shows the configuration, the layers and the files in each', async () => {
  const { layout, blobs, result } = await smallImage();
  const { digest, platforms } = await inspectImage({ layout, blobs });
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
  const { platforms } = await inspectImage({ layout });
  expect(platforms[0]?.layers.map(({ files }) => files?.length)).toEqual([undefined, 4, 3, 2]);
});
