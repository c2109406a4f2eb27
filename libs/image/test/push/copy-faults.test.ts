import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyImage } from '../../src/push/copy-image.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { fakeRegistry } from '../support/fake-registry.ts';
import { seed, shaky } from '../support/shaky.ts';
import { smallImage } from '../support/small-image.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder } from '../support/temp-folder.ts';

const credentials = async () => undefined;

test(`every copy succeeds although one in five requests on both sides fails (SLIPWAY_SEED=${seed})`, async () => {
  const [source, target, image] = [
    await fakeRegistry(),
    await fakeRegistry({ mounts: 201 }),
    await smallImage(),
  ];
  const [from, digest] = [`${source.host}/app`, image.result.digest];
  await pushImage({ layout: image.layout, blobs: image.blobs, to: from, credentials });
  const [left, right] = [shaky(seed), shaky(seed + 1)];
  source.options.fault = left.fault;
  target.options.fault = right.fault;
  const folders = await Promise.all(Array.from({ length: 6 }, () => tempFolder()));
  const places = [
    ...folders.map((folder) => `oci:${join(folder, 'copy')}`),
    ...Array.from({ length: 10 }, (_, index) => `${target.host}/app-${index}`),
  ];
  const copies = places.map((to) => copyImage({ from, to, digest, tags: ['v1'], credentials }));
  for (const copy of await Promise.all(copies)) expect(copy.digest).toBe(digest);
  for (const folder of folders) await checkLayout(join(folder, 'copy'));
  expect([...target.manifests.keys()].filter((key) => key.endsWith(':v1'))).toHaveLength(10);
  // The control: faults did occur.
  expect(left.count()).toBeGreaterThan(10);
  expect(right.count()).toBeGreaterThan(10);
});
