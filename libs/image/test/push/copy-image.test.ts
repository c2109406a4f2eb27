import { createHash } from 'node:crypto';
import { readFile, stat, writeFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blobPath } from '../../src/layout/blob-folder.ts';
import { copyImage, type CopyOptions } from '../../src/push/copy-image.ts';
import { canonicalJson } from '../../src/json/canonical.ts';
import { mediaTypes } from '../../src/oci/schemas.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry, type FakeRegistry, type FakeRegistryOptions } from '../support/fake-registry.ts';
import { smallImage } from '../support/small-image.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder } from '../support/temp-folder.ts';

const credentials = async () => undefined;
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const copy = (from: string, to: string, digest: string, options: Partial<CopyOptions> = {}) =>
  copyImage({ from, to, digest, credentials, ...options });

/** A registry that has one image. */
async function published(options: FakeRegistryOptions = {}) {
  const [registry, image] = [await fakeRegistry(options), await smallImage()];
  const from = `${registry.host}/dev/app`;
  await pushImage({ layout: image.layout, blobs: image.blobs, to: from, credentials });
  return { registry, image, from, digest: image.result.digest };
}

/** A manifest that names another as its subject, as a signature does. */
function attach({ blobs, manifests }: FakeRegistry, repository: string, subject: string, text: string) {
  const put = (mediaType: string, bytes: Buffer) => {
    blobs.set(`${repository}@${digestOf(bytes)}`, bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const manifest = Buffer.from(
    canonicalJson({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: 'application/vnd.example.signature',
      config: put('application/vnd.oci.empty.v1+json', Buffer.from('{}')),
      layers: [put('application/vnd.example.signature', Buffer.from(text))],
      subject: { mediaType: mediaTypes.index, digest: subject, size: 1 },
    }),
  );
  manifests.set(`${repository}@${digestOf(manifest)}`, { mediaType: mediaTypes.manifest, bytes: manifest });
  return { mediaType: mediaTypes.manifest, digest: digestOf(manifest), size: manifest.length };
}

const tagOf = (digest: string) => digest.replace(':', '-');

describe('a copy', () => {
  test('from registry to registry copies the same bytes, children before the index and tags last', async () => {
    const [{ registry, from, digest }, target] = [await published(), await fakeRegistry()];
    const before = registry.seen.length;
    const result = await copy(from, `${target.host}/prod/app`, digest, { tags: ['v1'] });
    expect(result).toMatchObject({ digest, uploadedBlobs: 5, existed: false, referrers: 0 });
    expect(result.requests).toBe(target.seen.length + registry.seen.length - before);
    for (const [key, { bytes }] of registry.manifests) {
      expect(target.manifests.get(key.replace('dev/app', 'prod/app'))?.bytes).toEqual(bytes);
    }
    for (const [key, bytes] of registry.blobs) {
      expect(target.blobs.get(key.replace('dev/app', 'prod/app'))).toEqual(bytes);
    }
    expect(target.seen[0]).toMatchObject({ method: 'HEAD', path: `/v2/prod/app/manifests/${digest}` });
    const puts = target.seen
      .filter(({ method }) => method === 'PUT')
      .map(({ path }) => path.split('/').at(-1));
    expect(puts.slice(-2)).toEqual([digest, 'v1']);
    expect(puts.at(-3)).toMatch(/^sha256:/);
  });

  test('repeated sends 0 blob bytes and requests no blob', async () => {
    const [{ registry, from, digest }, target] = [await published(), await fakeRegistry()];
    const to = `${target.host}/prod/app`;
    await copy(from, to, digest, { tags: ['v1'] });
    const [before, after] = [registry.seen.length, target.seen.length];
    const again = await copy(from, to, digest, { tags: ['v1'] });
    expect(again).toMatchObject({ uploadedBytes: 0, uploadedBlobs: 0, existed: true });
    expect(registry.seen.slice(before).filter(({ path }) => path.includes('/blobs/'))).toEqual([]);
    expect(target.seen.slice(after).filter(({ method }) => method === 'PUT' || method === 'POST')).toEqual(
      [],
    );
  });

  test('goes from registry to folder, from folder to folder, and back to a registry', async () => {
    const [{ registry, from, digest }, folder] = [await published(), await tempFolder()];
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    await copy(from, `oci:${one}`, digest, { tags: ['v1'] });
    await copy(`oci:${one}`, `oci:${two}`, digest);
    expect((await checkLayout(one)).present).toEqual((await checkLayout(two)).present);
    await copy(`oci:${two}`, `${registry.host}/back`, digest);
    expect(registry.manifests.get(`back@${digest}`)).toEqual(registry.manifests.get(`dev/app@${digest}`));
  });

  test('of a sparse folder finds base blobs in the folder of base blobs, or names the missing blob', async () => {
    const [image, folder] = [await smallImage(), await tempFolder()];
    const { layout, blobs, result, base } = image;
    const failure = await failureOf(copy(`oci:${layout}`, `oci:${join(folder, 'x')}`, result.digest));
    expect([failure.code, failure.value]).toEqual(['blob-missing', base.digest]);
    await copy(`oci:${layout}`, `oci:${join(folder, 'y')}`, result.digest, { blobs });
    await checkLayout(join(folder, 'y'));
  });

  test('accepts one platform’s manifest as well as an index', async () => {
    const { registry, from, image } = await published();
    const digest = image.result.platforms[0]?.digest ?? '';
    await copy(from, `${registry.host}/prod/app`, digest, { tags: ['amd64'] });
    expect(registry.manifests.get('prod/app:amd64')?.mediaType).toBe(mediaTypes.manifest);
  });

  test('refuses a layer with a wrong digest, and does not list the image', async () => {
    const [{ registry, from, digest, image }, target] = [await published(), await fakeRegistry()];
    const layer = image.result.layers[0];
    registry.blobs.set(`dev/app@${layer?.digest}`, Buffer.alloc(layer?.size ?? 0, 7));
    for (const to of [`${target.host}/prod/app`, `oci:${join(await tempFolder(), 'x')}`]) {
      expect((await failureOf(copy(from, to, digest))).code).toBe('digest-mismatch');
    }
    expect(target.manifests.size).toBe(0);
    expect(target.blobs.has(`prod/app@${layer?.digest}`)).toBe(false);
  });

  test('refuses an index and a manifest that were replaced, in a registry and in a folder', async () => {
    const { registry, from, digest, image } = await published();
    const child = image.result.platforms[0]?.digest ?? '';
    for (const wrong of [child, digest]) {
      registry.manifests.set(`dev/app@${wrong}`, { mediaType: mediaTypes.index, bytes: Buffer.from('{}') });
      expect((await failureOf(copy(from, `${registry.host}/prod/app`, digest))).code).toBe('digest-mismatch');
      const file = blobPath(join(image.layout, 'blobs'), wrong);
      await chmod(file, 0o644);
      await writeFile(file, '{}');
      const folder = copy(`oci:${image.layout}`, `${registry.host}/prod/app`, digest, { blobs: image.blobs });
      expect((await failureOf(folder)).code).toBe('digest-mismatch');
    }
    expect([...registry.manifests.keys()].filter((key) => key.startsWith('prod/'))).toEqual([]);
  });

  test('names an image that does not exist, and accepts only a digest, not a tag', async () => {
    const [{ from, registry }, none] = [await published(), `sha256:${'0'.repeat(64)}`];
    for (const place of [from, `oci:${await tempFolder()}`]) {
      const failure = await failureOf(copy(place, `${registry.host}/prod/app`, none));
      expect([failure.code, failure.value]).toEqual(['image-missing', none]);
    }
    expect((await failureOf(copy(from, `${registry.host}/prod/app`, 'v1'))).code).toBe('invalid-input');
  });

  test('continues after resets and busy answers on either side', async () => {
    let count = 0;
    const fault: FakeRegistryOptions['fault'] = ({ path }) => {
      if (!path.includes('blobs')) return undefined;
      count += 1;
      return count % 3 === 0 ? 'truncate' : count % 5 === 0 ? { status: 503 } : undefined;
    };
    const [{ registry, from, digest }, target] = [await published(), await fakeRegistry({ fault })];
    registry.options.fault = fault;
    await copy(from, `${target.host}/prod/app`, digest);
    const folder = join(await tempFolder(), 'x');
    await copy(from, `oci:${folder}`, digest);
    await checkLayout(folder);
    expect(count).toBeGreaterThan(15);
  });
});

describe('the referrers of a copied image', () => {
  const cases: [string, boolean, boolean][] = [
    ['the API on both sides', true, true],
    ['the API here, a tag there', true, false],
    ['a tag here, the API there', false, true],
    ['tags on both sides', false, false],
  ];
  test.each(cases)('are copied and listed at the target (%s)', async (_, here, there) => {
    const { registry, from, digest, image } = await published({ referrersApi: here });
    const target = await fakeRegistry({ referrersApi: there });
    const platform = image.result.platforms[0]?.digest ?? '';
    const signature = attach(registry, 'dev/app', digest, 'signature');
    const bill = attach(registry, 'dev/app', platform, 'bill of materials');
    const signed = attach(registry, 'dev/app', bill.digest, 'signature of the bill');
    if (!here) {
      for (const [subject, referrer] of [
        [digest, signature],
        [platform, bill],
        [bill.digest, signed],
      ] as const) {
        const list = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [referrer] };
        const bytes = Buffer.from(canonicalJson(list));
        registry.manifests.set(`dev/app:${tagOf(subject)}`, { mediaType: mediaTypes.index, bytes });
      }
    }
    const to = `${target.host}/prod/app`;
    expect(await copy(from, to, digest, { tags: ['v1'] })).toMatchObject({ uploadedBlobs: 9, referrers: 3 });
    for (const { digest } of [signature, bill, signed]) {
      expect(target.manifests.get(`prod/app@${digest}`)).toEqual(registry.manifests.get(`dev/app@${digest}`));
    }
    expect(target.manifests.has(`prod/app:${tagOf(digest)}`)).toBe(!there);
    const again = await copy(from, to, digest, { tags: ['v1'] });
    expect(again).toMatchObject({ uploadedBytes: 0, existed: true, referrers: 3 });
    expect(target.seen.findLast(({ method }) => method === 'PUT')?.path).toBe('/v2/prod/app/manifests/v1');
  });

  test('are added later to an existing image, beside the listed referrers', async () => {
    const [{ registry, from, digest }, target] = [
      await published({ referrersApi: true }),
      await fakeRegistry(),
    ];
    const to = `${target.host}/prod/app`;
    attach(registry, 'dev/app', digest, 'first');
    await copy(from, to, digest);
    attach(registry, 'dev/app', digest, 'second');
    expect(await copy(from, to, digest)).toMatchObject({ existed: true, uploadedBlobs: 1, referrers: 2 });
    const { bytes } = target.manifests.get(`prod/app:${tagOf(digest)}`) ?? { bytes: Buffer.from('{}') };
    expect(JSON.parse(bytes.toString()).manifests).toHaveLength(2);
  });

  test('are stored in a folder under the same tag, and a folder with one image is still read without a digest', async () => {
    const [{ registry, from, digest }, folder] = [
      await published({ referrersApi: true }),
      await tempFolder(),
    ];
    const { digest: signature } = attach(registry, 'dev/app', digest, 'signature');
    await copy(from, `oci:${folder}`, digest);
    const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
    expect(index.manifests).toHaveLength(2);
    await stat(blobPath(join(folder, 'blobs'), signature));
    const target = await fakeRegistry({ referrersApi: true });
    const to = `${target.host}/prod/app`;
    expect(await copy(`oci:${folder}`, to, digest)).toMatchObject({ referrers: 1 });
    const pushed = pushImage({ layout: folder, blobs: folder, to: `${target.host}/other`, credentials });
    expect((await pushed).digest).toBe(digest);
  });
});
