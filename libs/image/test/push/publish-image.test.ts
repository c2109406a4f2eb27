import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishImage } from '../../src/push/publish-image.ts';
import type { PushProgress } from '../../src/push/send-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry } from '../support/fake-registry.ts';
import { smallImage } from '../support/small-image.ts';

const credentials = async () => undefined;

test('an image is pushed to several registries in parallel, with one digest', async () => {
  const [one, other, image] = [await fakeRegistry(), await fakeRegistry(), await smallImage()];
  const { layout, blobs, folder, result } = image;
  const to = [
    `${one.host}/app`,
    `${other.host}/team/app`,
    `oci:${join(folder, 'repository')}`,
    `${one.host}/app`,
  ];
  const reached = new Set<string>();
  const onProgress = ({ repository }: PushProgress) => reached.add(repository);
  const pushed = await publishImage({ layout, blobs, to, tags: ['v1'], credentials, onProgress });
  expect([...reached].sort()).toEqual([...new Set(to)].sort());
  expect(pushed.map(({ repository, digest }) => [repository, digest])).toEqual(
    to.slice(0, 3).map((place) => [place, result.digest]),
  );
  expect(one.manifests.has('app:v1') && other.manifests.has('team/app:v1')).toBe(true);
});

test('if one registry fails, the other pushes are completed, and the error names both', async () => {
  const [good, bad, image] = [
    await fakeRegistry(),
    await fakeRegistry({ repositories: [] }),
    await smallImage(),
  ];
  const { layout, blobs, result } = image;
  const to = [`${bad.host}/app`, `${good.host}/app`];
  const failure = await failureOf(publishImage({ layout, blobs, to, credentials }));
  expect([failure.code, failure.value]).toEqual(['repository-missing', `${bad.host}/app`]);
  expect(failure.message).toContain(`1 of 2 repositories (${good.host}/app)`);
  expect(good.manifests.has(`app@${result.digest}`)).toBe(true);
  delete bad.options.repositories;
  const again = await publishImage({ layout, blobs, to, credentials });
  expect(again.map(({ existed }) => existed)).toEqual([false, true]);
  expect((await failureOf(publishImage({ layout, blobs, to: [], credentials }))).code).toBe('invalid-input');
});

test('no request is sent if the name of a repository or tag is invalid', async () => {
  const [registry, { layout, blobs }] = [await fakeRegistry(), await smallImage()];
  const good = `${registry.host}/app`;
  for (const wrong of [{ to: [good, 'no name/'] }, { to: [good], tags: ['v1', 'no tag'] }]) {
    const failure = await failureOf(publishImage({ layout, blobs, credentials, ...wrong }));
    expect(failure.code).toBe('invalid-input');
  }
  expect(registry.seen).toEqual([]);
});
