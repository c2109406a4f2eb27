import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { attestImage } from '../../src/attest/attest.ts';
import type { CredentialStore } from '../../src/registry/docker-credentials.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { pushImage, type PushOptions } from '../../src/push/push-image.ts';
import { answerError } from '../../src/registry/answer-error.ts';
import { RemoteRepository } from '../../src/registry/remote-repository.ts';
import { pushedImage } from '../support/attested-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { smallImage, type SmallImage } from '../support/small-image.ts';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';

const signIn = { user: 'ci', password: 'hunter2' };
const credentials: CredentialStore = async () => ({ kind: 'password', ...signIn });

function push(registry: FakeRegistry, { layout, blobs }: SmallImage, options: Partial<PushOptions> = {}) {
  return pushImage({ layout, blobs, to: `${registry.host}/team/app`, credentials, ...options });
}

const sent = ({ seen }: FakeRegistry, method: string) =>
  seen.filter((one) => one.method === method && one.path.includes('/uploads/'));

describe('Amazon ECR', () => {
  const ecr = {
    auth: { scheme: 'basic', ...signIn },
    immutableTags: true,
    mounts: 202,
    pieces: { status: 201, onlyFirst: true },
  } as const;

  test('receives every blob in one request, because it loses all chunks but the first', async () => {
    const [registry, image] = [await fakeRegistry(ecr), await smallImage()];
    await push(registry, image, { tags: ['v1'] });
    await push(registry, image, { tags: ['v1'] });
    expect(sent(registry, 'PATCH')).toEqual([]);
    expect(sent(registry, 'PUT')).toHaveLength(5);
  });

  test.each([
    ['is stored completely by other registries', false],
    ['would be damaged by ECR, which is detected', true],
  ])('shows the reason: a blob of two chunks %s', async (_, onlyFirst) => {
    const registry = await fakeRegistry({ wholeUploads: 413, pieces: { status: 201, onlyFirst } });
    const repository = { kind: 'registry', name: 'app', host: registry.host, path: 'app' } as const;
    const signal = AbortSignal.timeout(60_000);
    const remote = new RemoteRepository({ repository, access: 'pull,push', credentials, signal });
    const bytes = Buffer.alloc(17 << 20, 'two pieces');
    const blob = { digest: digestOf(bytes), size: bytes.length };
    const put = remote.putBlob(blob, { open: async () => Readable.from([bytes]) });
    if (onlyFirst) expect((await failureOf(put)).code).toBe('registry-refused');
    else expect(await put).toBe('uploaded');
    expect(sent(registry, 'PATCH')).toHaveLength(2);
    expect(registry.blobs.has(`app@${blob.digest}`)).toBe(!onlyFirst);
    remote.close();
  });

  test('receives no second request if a repository is missing, and its refusal of attestations is reported', async () => {
    const missing = await fakeRegistry({ ...ecr, repositories: [] });
    const failure = await failureOf(push(missing, await smallImage()));
    expect(failure.code).toBe('repository-missing');
    const registry = await fakeRegistry({ refusesSubjects: true });
    const { attest } = await pushedImage(`${registry.host}/app`);
    const refused = await failureOf(attestImage(attest));
    expect([refused.code, refused.retryable]).toEqual(['registry-refused', false]);
    expect(refused.message).toContain('405 (UNSUPPORTED)');
  });
});

test('a missing repository of ECR is reported with the command that creates it', async () => {
  const url = new URL('https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/team/app/blobs/uploads/');
  const answer = { status: 404, headers: {}, body: Readable.from([]) };
  const { code, message } = await answerError({ method: 'POST', url }, answer);
  expect(code).toBe('repository-missing');
  expect(message).toContain('"aws ecr create-repository --region eu-central-1 --repository-name team/app"');
  const other = { method: 'POST', url: new URL('https://ghcr.io/v2/team/app/blobs/uploads/') } as const;
  expect((await answerError(other, answer)).message).not.toContain('aws');
});

describe('Docker Hub', () => {
  test('issues tokens for the first scope only, so the repository of the push is first', async () => {
    const auth = { scheme: 'bearer', ...signIn } as const;
    const registry = await fakeRegistry({ auth, onlyFirstScope: true, mounts: 401 });
    const image = await smallImage();
    await push(registry, image);
    // The second repository would mount from the first, which needs a second scope.
    await push(registry, image, { to: `${registry.host}/team/other` });
    const asked = registry.seen
      .filter(({ path }) => path === '/token')
      .map(({ query }) => query.getAll('scope'));
    expect(asked.some((scopes) => scopes.length === 2)).toBe(true);
    for (const [first = ''] of asked) expect(first).toMatch(/^repository:team\/(app|other):pull,push$/);
    expect(registry.manifests.has(`team/other@${image.result.digest}`)).toBe(true);
  });

  test('is awaited if it limits requests, and the limit is reported if it does not end', async () => {
    let limited = 0;
    const registry = await fakeRegistry({
      fault: ({ method }) =>
        method === 'POST' && limited++ < 3 ? { status: 429, headers: { 'retry-after': '0' } } : undefined,
    });
    await push(registry, await smallImage());
    expect(limited).toBeGreaterThan(3);
    registry.options.fault = () => ({ status: 429, headers: { 'retry-after': '60' } });
    const failure = await failureOf(push(registry, await smallImage('other'), { deadlineMs: 500 }));
    expect(failure.code).toBe('deadline');
    expect(failure.message).toContain('answered 429');
  });
});

describe('a registry', () => {
  test.each([405, 413] as const)(
    'that refuses uploads in one request (%i) receives chunks instead',
    async (wholeUploads) => {
      const registry = await fakeRegistry({ wholeUploads, pieces: { status: 202 } });
      const image = await smallImage();
      await push(registry, image);
      expect(sent(registry, 'PATCH').length).toBe(5);
      expect(registry.manifests.has(`team/app@${image.result.digest}`)).toBe(true);
    },
  );

  test('that answers 416 to a chunk receives the blob from its beginning', async () => {
    let refused = 0;
    const registry = await fakeRegistry({
      wholeUploads: 413,
      fault: ({ method }) => (method === 'PATCH' && refused++ === 0 ? { status: 416 } : undefined),
    });
    const image = await smallImage();
    await push(registry, image);
    expect(sent(registry, 'PATCH').length).toBe(6);
    expect(registry.manifests.has(`team/app@${image.result.digest}`)).toBe(true);
  });

  test('whose quota is used up (507, 413 for a manifest) is reported and not retried', async () => {
    for (const status of [413, 507]) {
      const registry = await fakeRegistry({
        fault: ({ method }) => (method === 'PUT' ? { status } : undefined),
      });
      const failure = await failureOf(push(registry, await smallImage()));
      expect([failure.code, failure.retryable]).toEqual(['quota-exceeded', false]);
      expect(failure.message).toContain(`answered ${status}`);
    }
  });
});
