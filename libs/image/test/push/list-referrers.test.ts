import { expect, test } from 'vitest';
import { attestImage } from '../../src/attest/attest.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { openOrigin } from '../../src/read/image-origin.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { credentials, newKey, pushedImage, source } from '../support/attested-image.ts';
import { fakeRegistry, type FakeRegistryOptions } from '../support/fake-registry.ts';
import { referrersTag } from '../../src/oci/referrers-tag.ts';

const listOf = async (repository: string, digest: string) => {
  const signal = AbortSignal.timeout(30_000);
  const origin = await openOrigin(parseRepository(repository), { credentials, signal });
  const list = await origin.referrers(digest);
  origin.close();
  return list.map((referrer) => referrer.digest);
};

test('eight parallel writers of one list lose no referrer if the registry does not maintain the list', async () => {
  const registry = await fakeRegistry();
  const { attest, result } = await pushedImage(`${registry.host}/app`);
  const writers = Array.from({ length: 8 }, (_, n) =>
    attestImage({ ...attest, source: { ...source, invocation: `run ${n}` }, signer: newKey().signer }),
  );
  const attached = (await Promise.all(writers)).flatMap((one) => one.attached.map(({ digest }) => digest));
  expect(new Set(attached).size).toBe(16);
  expect((await listOf(attest.to, result.digest)).sort()).toEqual([...attached].sort());
});

test.each([
  ['without conditions', undefined],
  ['with conditions', true],
])('a list that another writer has replaced is completed again (%s)', async (_, etags) => {
  const options: FakeRegistryOptions = etags ? { etags } : {};
  const registry = await fakeRegistry(options);
  const { attest, result } = await pushedImage(`${registry.host}/app`);
  const tag = referrersTag(result.digest);
  const foreign = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${'2'.repeat(64)}`,
    size: 2,
  };
  let overwritten = 0;
  registry.options.fault = ({ method, path }) => {
    // A writer on another machine started with the empty list and writes after our first change.
    const ours = registry.manifests.get(`app:${tag}`);
    if (method === 'GET' && path.endsWith(tag) && ours && overwritten++ === 0) {
      const mediaType = 'application/vnd.oci.image.index.v1+json';
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [foreign] }));
      registry.manifests.set(`app:${tag}`, { mediaType, bytes });
      registry.manifests.set(`app@${digestOf(bytes)}`, { mediaType, bytes });
      registry.manifests.set(`app@${foreign.digest}`, {
        mediaType: foreign.mediaType,
        bytes: Buffer.from('{}'),
      });
    }
    return undefined;
  };
  const { attached } = await attestImage({ ...attest, signer: newKey().signer });
  expect(overwritten).toBeGreaterThan(1);
  const list = await listOf(attest.to, result.digest);
  expect(list.sort()).toEqual([foreign.digest, ...attached.map(({ digest }) => digest)].sort());
});

test('a referrer that the registry accepts but never lists is an error', async () => {
  const registry = await fakeRegistry({ referrersApi: true });
  const { attest } = await pushedImage(`${registry.host}/app`);
  const empty = JSON.stringify({ schemaVersion: 2, manifests: [] });
  const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
  registry.options.fault = ({ path }) =>
    path.includes('/referrers/') ? { status: 200, headers, body: empty } : undefined;
  await expect(attestImage(attest)).rejects.toMatchObject({ code: 'push-unverified' });
});
