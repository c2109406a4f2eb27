import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { baseMarker } from '../../src/push/base-marker.ts';
import { blobPath, hasBlob } from '../../src/layout/blob-folder.ts';
import { blobsOf } from '../../src/layout/layout-files.ts';
import type { Descriptor } from '../../src/oci/schemas.ts';
import { openImage } from '../../src/layout/open-image.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { smallImage } from '../support/small-image.ts';
import { platformsImage, type PlatformsImage } from '../support/platforms-image.ts';
import { tempFolder } from '../support/temp-folder.ts';

const credentials = async () => undefined;
const layersOf = ({ bases }: PlatformsImage) => bases.flatMap(({ layers }) => layers);
const markerOf = async ({ layout, blobs }: PlatformsImage) => baseMarker(await openImage({ layout, blobs }));

const push = ({ host }: FakeRegistry, { layout, blobs }: PlatformsImage) =>
  pushImage({ layout, blobs, to: `${host}/team/app`, credentials });

/** The number of HEAD requests for layers of the base. */
const asked = ({ seen }: FakeRegistry, image: PlatformsImage) =>
  seen.filter(({ method, path }) => {
    return method === 'HEAD' && layersOf(image).some(({ digest }) => path.endsWith(`/blobs/${digest}`));
  }).length;

describe('the layers of a base', () => {
  test('are checked once per repository; afterwards one HEAD of the marker covers all of them', async () => {
    const [registry, first] = [await fakeRegistry(), await platformsImage()];
    await push(registry, first);
    expect(asked(registry, first)).toBe(2);
    const marker = await markerOf(first);
    const kept = registry.manifests.get(`team/app@${marker?.manifest.descriptor.digest}`);
    expect(JSON.parse(String(kept?.bytes))).toMatchObject({
      artifactType: 'application/vnd.slipway.image.base.v1',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
      layers: layersOf(first).sort((left, right) => (left.digest < right.digest ? -1 : 1)),
      annotations: { 'org.opencontainers.image.base.name': 'registry.example/node' },
    });
    expect([...registry.manifests.keys()].filter((key) => key.startsWith('team/app:'))).toEqual([]);

    const changed = await platformsImage('changed');
    const before = registry.seen.length;
    expect(await push(registry, changed)).toMatchObject({ existed: false, uploadedBlobs: 3 });
    expect(asked(registry, changed)).toBe(2);
    const questions = registry.seen.slice(before).filter(({ method }) => method === 'HEAD');
    // The image, the marker, two rarely changed layers of the application, the image again.
    expect(questions).toHaveLength(5);
  });

  test('are checked one by one, and sent again, if the marker was deleted', async () => {
    const [registry, first, changed] = [
      await fakeRegistry(),
      await platformsImage(),
      await platformsImage('x'),
    ];
    await push(registry, first);
    const { digest } = (await markerOf(first))?.manifest.descriptor ?? {};
    registry.manifests.delete(`team/app@${digest}`);
    for (const layer of layersOf(first)) registry.blobs.delete(`team/app@${layer.digest}`);
    expect(await push(registry, changed)).toMatchObject({ existed: false, uploadedBlobs: 5 });
    expect(registry.manifests.has(`team/app@${digest}`)).toBe(true);
  });

  test('are sent again to a registry that lost them and kept the marker', async () => {
    const [registry, first, changed] = [
      await fakeRegistry(),
      await platformsImage(),
      await platformsImage('x'),
    ];
    await push(registry, first);
    for (const layer of layersOf(first)) registry.blobs.delete(`team/app@${layer.digest}`);
    expect(await push(registry, changed)).toMatchObject({ existed: false, uploadedBlobs: 5 });
    expect(registry.manifests.has(`team/app@${changed.result.digest}`)).toBe(true);
  });

  test.each([400, 403, 405])(
    'do not need the marker: the image is pushed to a registry that refuses it (%i)',
    async (status) => {
      const [first, changed] = [await platformsImage(), await platformsImage('x')];
      const { digest } = (await markerOf(first))?.manifest.descriptor ?? {};
      const registry = await fakeRegistry({
        fault: ({ method, path }) =>
          method === 'PUT' && path.endsWith(`/${digest}`) ? { status } : undefined,
      });
      expect(await push(registry, first)).toMatchObject({ digest: first.result.digest, existed: false });
      expect(await push(registry, changed)).toMatchObject({
        digest: changed.result.digest,
        uploadedBlobs: 3,
      });
      expect(asked(registry, first)).toBe(4);
    },
  );

  test('do not block a push: all tags are set even if the registry answers 503 to the marker', async () => {
    const image = await platformsImage();
    const { digest } = (await markerOf(image))?.manifest.descriptor ?? {};
    const registry = await fakeRegistry({
      fault: ({ method, path }) =>
        method === 'PUT' && path.endsWith(`/${digest}`)
          ? { status: 503, headers: { 'retry-after': '60' } }
          : undefined,
    });
    const { layout, blobs } = image;
    const options = { layout, blobs, to: `${registry.host}/team/app`, credentials, deadlineMs: 60_000 };
    expect(await pushImage({ ...options, tags: ['v1', 'v2'] })).toMatchObject({ existed: false });
    expect(registry.manifests.has('team/app:v2')).toBe(true);
    const [last] = registry.seen.slice(-1);
    expect(last?.path.endsWith(`/${digest}`)).toBe(true);
  }, 30_000);

  test('have no marker for a base with one layer, in a folder, and with the image.json of another image', async () => {
    const { layout, blobs } = await smallImage();
    expect(baseMarker(await openImage({ layout, blobs }))).toBeUndefined();
    const [image, other] = [await platformsImage(), await platformsImage('other')];
    const folder = await tempFolder();
    await pushImage({ layout: image.layout, blobs: image.blobs, to: `oci:${folder}`, credentials });
    const { digest } = (await markerOf(image))?.manifest.descriptor ?? {};
    expect(digest).toBe((await markerOf(other))?.manifest.descriptor.digest);
    expect(hasBlob(blobsOf(folder), layersOf(image)[0] as Descriptor)).toBe(true);
    expect(existsSync(blobPath(blobsOf(folder), digest ?? ''))).toBe(false);
    await writeFile(join(image.layout, 'image.json'), JSON.stringify(other.result));
    expect(await markerOf(image)).toBeUndefined();
  });
});
