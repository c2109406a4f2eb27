import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { CredentialStore } from '../../src/registry/docker-credentials.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { accountKey } from '../../src/registry/account-key.ts';
import { uploadOnce } from '../../src/push/upload-once.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { smallImage } from '../support/small-image.ts';

const never = new AbortController().signal;
const anonymous: CredentialStore = async () => undefined;

/** The number of uploads per blob. */
function uploads({ seen }: FakeRegistry): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { method, path, query } of seen) {
    if (method !== 'PUT' || !path.includes('/uploads/')) continue;
    const key = `${path.split('/blobs/')[0]} ${query.get('digest')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

describe('parallel uploads', () => {
  test('of 32 pushes of 8 images with shared layers send each blob once per repository', async () => {
    const registry = await fakeRegistry();
    const images = await Promise.all(Array.from({ length: 8 }, (_, n) => smallImage(`console.log(${n})`)));
    const pushes = Array.from({ length: 32 }, (_, n) => {
      const { layout = '', blobs = '' } = images[n % 8] ?? {};
      const to = `${registry.host}/app-${Math.floor(n / 16)}`;
      return pushImage({ layout, blobs, to, credentials: anonymous });
    });
    const results = await Promise.all(pushes);
    const counts = uploads(registry);
    // A base, two shared layers, and for each image its own layer and configuration; two repositories.
    expect(counts.size).toBe(2 * (3 + 8 * 2));
    expect([...counts.values()].filter((count) => count !== 1)).toEqual([]);
    expect(results.reduce((sum, { uploadedBlobs }) => sum + uploadedBlobs, 0)).toBe(counts.size);
    for (const [n, { digest }] of results.entries()) expect(digest).toBe(images[n % 8]?.result.digest);
  });

  test('to several repositories of one registry send a blob once if the registry supports mounts', async () => {
    const [registry, image] = [await fakeRegistry({ mounts: 201 }), await smallImage()];
    const pushes = Array.from({ length: 12 }, (_, n) => {
      const to = `${registry.host}/app-${n}`;
      return pushImage({ layout: image.layout, blobs: image.blobs, to, credentials: anonymous });
    });
    const results = await Promise.all(pushes);
    expect([...uploads(registry).values()]).toEqual([1, 1, 1, 1, 1]);
    expect(results.reduce((sum, { uploadedBlobs }) => sum + uploadedBlobs, 0)).toBe(5);
    for (let n = 0; n < 12; n++) expect(registry.manifests.has(`app-${n}@${image.result.digest}`)).toBe(true);
  });

  test('run once per key, and again after the first has ended', async () => {
    let runs = 0;
    const work = async () => {
      await delay(5);
      return (runs += 1);
    };
    const once = (key: string) => uploadOnce(key, never, work);
    expect(await Promise.all([once('a'), once('a'), once('b'), once('a')])).toEqual([
      1,
      undefined,
      2,
      undefined,
    ]);
    expect(await once('a')).toBe(3);
  });

  test('run if the upload that they waited for fails', async () => {
    const failing = uploadOnce('key', never, async () => {
      await delay(5);
      throw new Error('its source is gone');
    });
    const others = [1, 2].map((n) => uploadOnce('key', never, async () => n));
    await expect(failing).rejects.toThrow('its source is gone');
    expect(await Promise.all(others)).toEqual([1, undefined]);
  });

  test('are awaited only until the own deadline', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = uploadOnce('slow', never, () => promise);
    const failure = await failureOf(uploadOnce('slow', AbortSignal.timeout(20), async () => 1));
    expect(failure.code).toBe('deadline');
    resolve();
    await slow;
  });

  test('are not shared between accounts, and the key of an account reveals no secret', async () => {
    const as = (user: string, password: string): CredentialStore => {
      return async () => ({ kind: 'password', user, password });
    };
    const key = (origin: string, store: CredentialStore) => accountKey(origin, 'r.example', store);
    const one = await key('https://r.example', as('ci', 'hunter2'));
    expect(await key('https://r.example', as('ci', 'hunter2'))).toBe(one);
    const broken: CredentialStore = () => Promise.reject(new Error('no helper'));
    const others = await Promise.all([
      key('https://r.example', as('ci', 'other')),
      key('https://r.example', as('root', 'hunter2')),
      key('https://r.example:8443', as('ci', 'hunter2')),
      key('https://r.example', anonymous),
      key('https://r.example', broken),
      key('https://r.example', broken),
    ]);
    expect(new Set([one, ...others]).size).toBe(7);
    expect(one).not.toContain('hunter2');
  });
});
