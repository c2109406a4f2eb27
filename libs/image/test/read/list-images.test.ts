import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listImages } from '../../src/read/list-images.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry, type FakeRegistryOptions } from '../support/fake-registry.ts';
import { smallImage } from '../support/small-image.ts';
import { tempFolder } from '../support/temp-folder.ts';

const credentials = async () => undefined;

/** A repository with ten tags that alternate between two images. */
async function tagged(options: FakeRegistryOptions = {}) {
  const [registry, one, two] = [await fakeRegistry(options), await smallImage(), await smallImage('x')];
  const to = `${registry.host}/team/app`;
  const expected = Array.from({ length: 10 }, (_, n) => ({ tag: `v${n}`, image: n % 2 ? one : two }));
  for (const { tag, image } of expected) {
    await pushImage({ layout: image.layout, blobs: image.blobs, to, tags: [tag], credentials });
  }
  const listed = expected.map(({ tag, image }) => ({ tag, digest: image.result.digest }));
  return { registry, to, listed };
}

describe('listing a repository', () => {
  test.each([1, 3, 10, 1000])('of a registry follows its pages (%i tags each)', async (pageSize) => {
    const { registry, to, listed } = await tagged({ pageSize });
    expect(await listImages({ repository: to, credentials })).toEqual(listed);
    const pages = registry.seen.filter(({ path }) => path.endsWith('/tags/list'));
    expect(pages).toHaveLength(Math.ceil(10 / pageSize));
  });

  test('of a registry leaves out tags of lists of referrers', async () => {
    const { registry, to, listed } = await tagged();
    const manifest = registry.manifests.get('team/app:v1');
    if (manifest) registry.manifests.set(`team/app:sha256-${'a'.repeat(64)}`, manifest);
    expect(await listImages({ repository: to, credentials })).toEqual(listed);
  });

  test.each(['https://elsewhere.example', 'http://169.254.169.254', 'OTHER'])(
    'of a registry follows no Link to another host (%s)',
    async (origin) => {
      const other = await fakeRegistry();
      const elsewhere = origin === 'OTHER' ? other.origin : origin;
      const { to } = await tagged({ pageSize: 3, nextPage: (path) => `${elsewhere}${path}` });
      const failure = await failureOf(listImages({ repository: to, credentials }));
      expect([failure.code, failure.value]).toEqual(['address-refused', elsewhere]);
      expect(other.seen).toEqual([]);
    },
  );

  test('of a registry ends although the list is circular', async () => {
    const { registry, to } = await tagged({ pageSize: 1, nextPage: () => '/v2/team/app/tags/list?n=1' });
    const failure = await failureOf(listImages({ repository: to, credentials }));
    expect(failure.message).toContain('more than 1000 pages');
    expect(registry.seen.length).toBeLessThan(1200);
  });

  test.each([
    ['headers', 'HTTP/1.1 200 OK\r\nx: '],
    ['a body', 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n'],
  ])('of a registry that sends %s endlessly ends at its deadline', async (_, begin) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).write(begin);
      const drip = setInterval(() => socket.write(' '), 20);
      socket.on('close', () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const repository = `127.0.0.1:${(server.address() as AddressInfo).port}/app`;
    const begun = Date.now();
    const failure = await failureOf(listImages({ repository, credentials, deadlineMs: 300 }));
    expect(failure.code).toBe('deadline');
    expect(Date.now() - begun).toBeLessThan(1300);
  });

  test('that does not exist is an error', async () => {
    const registry = await fakeRegistry({ repositories: ['team/other'] });
    const missing = listImages({ repository: `${registry.host}/team/app`, credentials });
    expect((await failureOf(missing)).code).toBe('repository-missing');
    const folder = listImages({ repository: `oci:${join(await tempFolder(), 'nothing')}` });
    expect((await failureOf(folder)).code).toBe('document-invalid');
  });

  test('of a folder shows sorted tags, then images without a tag', async () => {
    const [one, two, folder] = [await smallImage(), await smallImage('x'), await tempFolder()];
    const push = ({ layout, blobs }: typeof one, tags: string[]) =>
      pushImage({ layout, blobs, to: `oci:${folder}`, tags });
    await push(one, []);
    await push(two, ['v2', 'v1']);
    expect(await listImages({ repository: `oci:${folder}` })).toEqual([
      { tag: 'v1', digest: two.result.digest },
      { tag: 'v2', digest: two.result.digest },
      { digest: one.result.digest },
    ]);
  });
});
