import { describe, expect, test } from 'vitest';
import { copyImage } from '../../src/push/copy-image.ts';
import type { CredentialStore } from '../../src/registry/docker-credentials.ts';
import { pushImage } from '../../src/push/push-image.ts';
import type { PushProgress } from '../../src/push/send-image.ts';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { smallImage, type SmallImage } from '../support/small-image.ts';

const signIn = { user: 'ci', password: 'hunter2' };
const password: CredentialStore = async () => ({ kind: 'password', ...signIn });

const push = ({ host }: FakeRegistry, { layout, blobs }: SmallImage, path: string, credentials = password) =>
  pushImage({ layout, blobs, to: `${host}/${path}`, credentials });

const mountsAsked = ({ seen }: FakeRegistry) => seen.filter(({ query }) => query.has('mount'));
const plainPosts = ({ seen }: FakeRegistry) =>
  seen.filter(({ method, path, query }) => {
    return method === 'POST' && path.includes('/new/') && !query.has('mount');
  });

describe('a blob that another repository of the same registry has', () => {
  test.each([undefined, 'basic', 'bearer'] as const)('is mounted and not sent (%s)', async (scheme) => {
    const auth = scheme && { auth: { scheme, ...signIn } };
    const [registry, first, second] = [
      await fakeRegistry({ mounts: 201, ...auth }),
      await smallImage(),
      await smallImage('other'),
    ];
    await push(registry, first, 'team/old');
    const result = await push(registry, second, 'team/new');
    // The application's layer and its configuration.
    expect(result).toMatchObject({ uploadedBlobs: 2, digest: second.result.digest });
    expect(mountsAsked(registry).every(({ query }) => query.get('from') === 'team/old')).toBe(true);
    if (scheme !== 'bearer') return;
    const scopes = registry.seen.findLast(({ path }) => path === '/token')?.query.getAll('scope');
    expect(scopes).toEqual(['repository:team/new:pull,push', 'repository:team/old:pull']);
  });

  test('is mounted also from an image that was pushed before this process started', async () => {
    const registry = await fakeRegistry({ mounts: 201 });
    const [first, second] = [await smallImage(), await smallImage('other')];
    // Pushes with other credentials are unknown to this account, like pushes of another process.
    await push(registry, first, 'team/old', async () => undefined);
    expect(await push(registry, first, 'team/old')).toMatchObject({ existed: true, requests: 1 });
    expect(await push(registry, second, 'team/new')).toMatchObject({ uploadedBlobs: 2 });
    expect(mountsAsked(registry).map(({ query }) => query.get('from'))).toEqual(Array(3).fill('team/old'));
  });

  test('is sent with the upload that the registry starts instead of mounting', async () => {
    const [registry, first, second] = [
      await fakeRegistry({ mounts: 202 }),
      await smallImage(),
      await smallImage('x'),
    ];
    await push(registry, first, 'team/old');
    expect(await push(registry, second, 'team/new')).toMatchObject({ uploadedBlobs: 5 });
    expect([mountsAsked(registry).length, plainPosts(registry).length]).toEqual([3, 2]);
  });

  test.each([401, 404] as const)('is sent like other blobs if mounting answers %i', async (mounts) => {
    const [registry, first, second] = [
      await fakeRegistry({ mounts }),
      await smallImage(),
      await smallImage('x'),
    ];
    await push(registry, first, 'team/old');
    expect(await push(registry, second, 'team/new')).toMatchObject({ uploadedBlobs: 5, existed: false });
    expect(mountsAsked(registry).length).toBeGreaterThan(0);
    expect(plainPosts(registry)).toHaveLength(5);
  });

  test('is sent if the token service does not grant access to the other repository', async () => {
    const registry = await fakeRegistry({
      mounts: 201,
      auth: { scheme: 'bearer', ...signIn },
      fault: ({ path, query }) =>
        path === '/token' && query.getAll('scope').length > 1 ? { status: 403 } : undefined,
    });
    await push(registry, await smallImage(), 'team/old');
    expect(await push(registry, await smallImage('x'), 'team/new')).toMatchObject({ uploadedBlobs: 5 });
  });

  test('is not mounted with other credentials, nor from another registry', async () => {
    const [registry, other] = [await fakeRegistry({ mounts: 201 }), await fakeRegistry({ mounts: 201 })];
    const [first, second] = [await smallImage(), await smallImage('x')];
    await push(registry, first, 'team/old');
    await push(registry, second, 'team/new', async () => undefined);
    await push(other, second, 'team/new');
    await copyImage({
      from: `${registry.host}/team/old`,
      to: `${other.host}/team/copy`,
      digest: first.result.digest,
      credentials: async () => undefined,
    });
    expect([...mountsAsked(registry), ...mountsAsked(other)].map(({ path }) => path)).toEqual([]);
  });

  test('is mounted by a copy within one registry: 0 bytes are sent', async () => {
    const [registry, image] = [await fakeRegistry({ mounts: 201 }), await smallImage()];
    await push(registry, image, 'dev/app');
    const before = registry.seen.length;
    const states = new Set<PushProgress['state']>();
    const result = await copyImage({
      from: `${registry.host}/dev/app`,
      to: `${registry.host}/prod/app`,
      digest: image.result.digest,
      // A copy has not pushed before, so it mounts from its source.
      credentials: async () => undefined,
      onProgress: ({ state }) => states.add(state),
    });
    expect(result).toMatchObject({ uploadedBytes: 0, uploadedBlobs: 0, existed: false });
    expect([...states]).toEqual(['mounted']);
    const reads = registry.seen
      .slice(before)
      .filter(({ method, path }) => method === 'GET' && path.includes('/blobs/'));
    expect(reads).toEqual([]);
    expect(registry.manifests.has(`prod/app@${image.result.digest}`)).toBe(true);
  });
});
