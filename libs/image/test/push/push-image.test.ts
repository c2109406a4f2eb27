import { describe, expect, test } from 'vitest';
import type { CredentialStore } from '../../src/registry/docker-credentials.ts';
import { pushImage, type PushOptions } from '../../src/push/push-image.ts';
import type { PushProgress } from '../../src/push/send-image.ts';
import { failureOf } from '../support/failure-of.ts';
import {
  fakeRegistry,
  type FakeRegistry,
  type FakeRegistryOptions,
  type Fault,
} from '../support/fake-registry.ts';
import { smallImage, type SmallImage } from '../support/small-image.ts';

const password: CredentialStore = async () => ({ kind: 'password', user: 'ci', password: 'hunter2' });
const signIn = { user: 'ci', password: 'hunter2' };

/** The requests of a push, without the repository: `PUT manifests/v1`. */
const steps = ({ seen }: FakeRegistry) =>
  seen.map(
    ({ method, path }) =>
      `${method} ${path.replace(/^\/v2\/team\/app\//, '').replace(/uploads\/.+/, 'uploads/…')}`,
  );

function push(registry: FakeRegistry, image: SmallImage, options: Partial<PushOptions> = {}) {
  const to = `${registry.host}/team/app`;
  return pushImage({ layout: image.layout, blobs: image.blobs, to, credentials: password, ...options });
}

/** Makes the first matching requests fail. */
function failing(expression: RegExp, fault: Fault, times = 1): NonNullable<FakeRegistryOptions['fault']> {
  return ({ method, path }) => (expression.test(`${method} ${path}`) && times-- > 0 ? fault : undefined);
}

describe('a push to a registry', () => {
  test('sends blobs, then the manifest, then the index under its first tag, checks the index, and sends the other tags', async () => {
    const [registry, image] = [await fakeRegistry(), await smallImage()];
    const result = await push(registry, image, { tags: ['v1', 'v1', 'v2'] });
    expect(result).toMatchObject({ digest: image.result.digest, uploadedBlobs: 5, existed: false });
    expect(result.requests).toBe(registry.seen.length);
    const order = steps(registry);
    const [first, platform, index] = [
      `HEAD manifests/${image.result.digest}`,
      image.result.platforms[0]?.digest,
      image.result.digest,
    ];
    expect(order[0]).toBe(first);
    expect(order.slice(-4)).toEqual([
      `PUT manifests/${platform}`,
      'PUT manifests/v1',
      `HEAD manifests/${index}`,
      'PUT manifests/v2',
    ]);
    const sent = registry.seen.filter(({ path }) => path.includes('/blobs/uploads/'));
    expect(sent.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(result.uploadedBytes);
  });

  test.each(['basic', 'bearer'] as const)(
    'repeated sends no blobs, in at most 4 requests (%s)',
    async (scheme) => {
      const [registry, image] = [await fakeRegistry({ auth: { scheme, ...signIn } }), await smallImage()];
      await push(registry, image, { tags: ['v1'] });
      const before = registry.seen.length;
      const again = await push(registry, image, { tags: ['v1'] });
      expect(again).toMatchObject({ uploadedBytes: 0, uploadedBlobs: 0, existed: true });
      expect(again.requests).toBe(registry.seen.length - before);
      expect(again.requests).toBeLessThanOrEqual(4);
    },
  );

  test('of a changed application sends only changed blobs', async () => {
    const [registry, image] = [await fakeRegistry(), await smallImage()];
    await push(registry, image);
    const changed = await smallImage('console.log("changed")');
    expect(await push(registry, changed)).toMatchObject({ uploadedBlobs: 2, existed: false });
  });

  test('checks every layer, but code and configuration only if this process has sent them before', async () => {
    const [registry, image] = [await fakeRegistry(), await smallImage()];
    const asked = () => steps(registry).filter((step) => step.startsWith('HEAD blobs/')).length;
    await push(registry, image);
    expect(asked()).toBe(3);
    // The index is deleted; all content below it still exists.
    registry.manifests.delete(`team/app@${image.result.digest}`);
    expect(await push(registry, image)).toMatchObject({ uploadedBlobs: 0, existed: false });
    expect(asked()).toBe(3 + 5);
  });

  test('reports the progress of each blob', async () => {
    const [registry, image] = [await fakeRegistry(), await smallImage()];
    const events: PushProgress[] = [];
    await push(registry, image, { onProgress: (progress) => events.push(progress) });
    const done = events.filter(({ state }) => state === 'uploaded');
    expect(done).toHaveLength(5);
    for (const { digest, size } of done) {
      const last = events.findLast((event) => event.digest === digest && event.state === 'uploading');
      expect(last?.sent).toBe(size);
    }
  });

  test.each<[string, RegExp, Fault, number]>([
    ['a 500', /PUT .*uploads/, { status: 500 }, 2],
    ['a 502 without a body', /HEAD .*manifests/, { status: 502 }, 1],
    ['a 503 on the index', /PUT .*manifests/, { status: 503 }, 2],
    ['a reset in the middle of a body', /PUT .*uploads/, 'reset', 2],
    ['a lost answer after the upload was stored', /PUT .*uploads/, 'lost-answer', 1],
    ['a lost answer to the index', /PUT .*manifests/, 'lost-answer', 2],
    ['a truncated answer', /POST .*uploads/, 'truncate', 1],
  ])('survives %s', async (_, expression, fault, times) => {
    const image = await smallImage();
    const registry = await fakeRegistry({ fault: failing(expression, fault, times) });
    expect((await push(registry, image)).digest).toBe(image.result.digest);
    expect(registry.manifests.has(`team/app@${image.result.digest}`)).toBe(true);
  });

  test('waits as long as a busy registry demands', async () => {
    const image = await smallImage();
    const fault = failing(/POST/, { status: 429, headers: { 'retry-after': '1' } });
    const registry = await fakeRegistry({ fault });
    const begun = Date.now();
    await push(registry, image);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(995);
  });

  test('signs in again if the token expires during the push', async () => {
    const image = await smallImage();
    const expire: FakeRegistryOptions['fault'] = ({ method, path }) => {
      if (method === 'PUT' && path.includes('uploads') && expired++ < 1) registry.tokens.clear();
      return undefined;
    };
    let expired = 0;
    const registry = await fakeRegistry({ auth: { scheme: 'bearer', ...signIn }, fault: expire });
    expect((await push(registry, image)).existed).toBe(false);
    expect(registry.seen.filter(({ path }) => path === '/token').length).toBeGreaterThan(1);
  });

  test('with a wrong password fails once, says where to sign in, and never shows the password', async () => {
    const image = await smallImage();
    for (const scheme of ['basic', 'bearer'] as const) {
      const registry = await fakeRegistry({ auth: { scheme, user: 'ci', password: 'other' } });
      const failure = await failureOf(push(registry, image));
      expect(failure.code).toBe('unauthorized');
      expect(failure.message).toContain('docker login');
      expect(JSON.stringify([failure.message, failure.value, String(failure.cause)])).not.toMatch(
        /hunter2|aHVudGVyMg/,
      );
      expect(registry.seen.length).toBeLessThanOrEqual(3);
    }
  });

  test('does not retry if the repository is missing, and says to create it', async () => {
    const [registry, image] = [await fakeRegistry({ repositories: ['team/other'] }), await smallImage()];
    const failure = await failureOf(push(registry, image));
    expect([failure.code, failure.retryable]).toEqual(['repository-missing', false]);
    expect(failure.message).toContain('create the repository');
    expect(failure.message).not.toContain('free text');
    const posts = registry.seen.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect(posts.length).toBeLessThanOrEqual(4);
  });

  test('does not set an immutable tag that is right, and names both digests if it is not', async () => {
    const [registry, image] = [await fakeRegistry({ immutableTags: true }), await smallImage()];
    await push(registry, image, { tags: ['v1'] });
    await push(registry, image, { tags: ['v1'] });
    expect(steps(registry).filter((step) => step === 'PUT manifests/v1')).toHaveLength(1);
    const other = await smallImage('other');
    const failure = await failureOf(push(registry, other, { tags: ['v1'] }));
    expect([failure.code, failure.value, failure.refused]).toEqual(['tag-immutable', 'v1', true]);
    expect(failure.message).toContain(image.result.digest);
    expect(failure.message).toContain(other.result.digest);
  });

  test('treats an immutable tag as set if only the answer was lost', async () => {
    const image = await smallImage();
    const fault = failing(/PUT .*manifests\/v1/, 'lost-answer');
    const registry = await fakeRegistry({ immutableTags: true, fault });
    expect((await push(registry, image, { tags: ['v1'] })).existed).toBe(false);
  });

  test('moves a mutable tag, also if the registry does not send digests', async () => {
    const [registry, image] = [await fakeRegistry({ withoutDigestHeader: true }), await smallImage()];
    await push(registry, image, { tags: ['latest'] });
    const other = await smallImage('other');
    await push(registry, other, { tags: ['latest'] });
    const before = registry.seen.length;
    await push(registry, other, { tags: ['latest'] });
    expect(steps(registry).slice(before)).not.toContain('PUT manifests/latest');
    expect(registry.manifests.get('team/app:latest')).toEqual(
      registry.manifests.get(`team/app@${other.result.digest}`),
    );
  });

  test.each([/HEAD .*manifests/, /PUT .*uploads/, /PUT .*manifests/])(
    'refuses a registry that answers %s with another digest',
    async (expression) => {
      const status = expression.source.startsWith('HEAD') ? 200 : 201;
      const headers = { 'docker-content-digest': `sha256:${'0'.repeat(64)}` };
      const registry = await fakeRegistry({ fault: failing(expression, { status, headers }, 100) });
      expect((await failureOf(push(registry, await smallImage()))).code).toBe('digest-mismatch');
    },
  );

  test('detects a registry that accepts the image but does not store it', async () => {
    const image = await smallImage();
    const registry = await fakeRegistry({ fault: failing(/PUT .*manifests/, { status: 201 }, 100) });
    expect((await failureOf(push(registry, image))).code).toBe('push-unverified');
  });

  test('sends bytes, but no credentials, to a store on another host', async () => {
    const [store, image] = [await fakeRegistry(), await smallImage()];
    const registry = await fakeRegistry({
      auth: { scheme: 'basic', ...signIn },
      uploadLocation: (path) => `${store.origin}${path}`,
    });
    // The store and the registry share their blobs.
    registry.blobs = store.blobs;
    await push(registry, image);
    expect(store.seen.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT', 'PUT', 'PUT']);
    expect(store.seen.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    expect(registry.seen.filter(({ authorization }) => authorization !== undefined).length).toBeGreaterThan(
      5,
    );
  });

  test('sends no request to the address of a metadata service', async () => {
    const registry = await fakeRegistry({ uploadLocation: (path) => `http://169.254.169.254${path}` });
    const failure = await failureOf(push(registry, await smallImage()));
    expect([failure.code, failure.value]).toEqual(['address-refused', 'http://169.254.169.254']);
    expect(failure.message).not.toContain('secret-state');
  });

  test('reports one clear error if the registry is down', async () => {
    const registry = await fakeRegistry();
    await registry.close();
    const failure = await failureOf(push(registry, await smallImage()));
    expect([failure.code, failure.value, failure.retryable]).toEqual([
      'registry-unreachable',
      registry.host,
      true,
    ]);
    expect(failure.message).toContain('check the address');
  });

  test.each<Fault>(['silence', { status: 503, headers: { 'retry-after': '600' } }])(
    'ends at its deadline (%j)',
    async (fault) => {
      const registry = await fakeRegistry({ fault: () => fault });
      const failure = await failureOf(push(registry, await smallImage(), { deadlineMs: 300 }));
      expect(failure.code).toBe('deadline');
    },
  );

  test('names a missing base blob, and sends no manifest', async () => {
    const [registry, image] = [await fakeRegistry(), await smallImage()];
    const failure = await failureOf(push(registry, image, { blobs: `${image.blobs}-elsewhere` }));
    expect([failure.code, failure.value]).toEqual(['blob-missing', image.base.digest]);
    expect(registry.manifests.size).toBe(0);
  });

  test('checks repository and tags before the first request', async () => {
    const [registry, image] = [await fakeRegistry(), await smallImage()];
    expect((await failureOf(push(registry, image, { tags: ['not a tag'] }))).code).toBe('invalid-input');
    expect((await failureOf(push(registry, image, { to: `${registry.host}/Team` }))).code).toBe(
      'invalid-input',
    );
    expect(registry.seen).toEqual([]);
  });
});
