import { describe, expect, test } from 'vitest';
import { attestImage, type AttestOptions } from '../../src/attest/attest.ts';
import { imagesBuiltFrom } from '../../src/attest/built-from.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { credentials, newKey, pushedImage, source } from '../support/attested-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry } from '../support/fake-registry.ts';

const OTHER = 'd'.repeat(40);

describe('the images of a repository that were built from a commit', () => {
  test.each([
    ['unsigned', undefined],
    ['signed', newKey().signer],
  ] as const)('are found by their provenance, %s', async (_, signer) => {
    const repository = `${(await fakeRegistry()).host}/app`;
    const tagged = async (name: string) => {
      const made = await pushedImage(repository, name);
      await pushImage({ layout: made.layout, blobs: made.blobs, to: repository, tags: [name], credentials });
      return made;
    };
    const [one, other, silent] = [await tagged('one'), await tagged('other'), await tagged('silent')];
    const say = signer && { signer };
    await attestImage({ ...one.attest, ...say });
    await attestImage({ ...other.attest, source: { ...source, commit: OTHER }, ...say });
    const sbomOnly: AttestOptions = { ...silent.attest, ...say };
    delete sbomOnly.source;
    await attestImage(sbomOnly);
    const built = (commit: string) => imagesBuiltFrom({ repository, commit, credentials });
    expect(await built(source.commit)).toEqual([{ tag: 'one', digest: one.result.digest }]);
    expect(await built(OTHER)).toEqual([{ tag: 'other', digest: other.result.digest }]);
    expect(await built('e'.repeat(40))).toEqual([]);
  });

  test.each([
    ['only the statement that the list names', true, 1],
    ['every statement of a list that names no commits', false, 3],
  ])('are found by %s', async (_, named, read) => {
    const registry = await fakeRegistry();
    const repository = `${registry.host}/app`;
    for (const [at, name] of ['one', 'two', 'three'].entries()) {
      const made = await pushedImage(repository, name);
      // The referrers of an image with two tags are requested once.
      const tags = [name, `${name}-again`];
      await pushImage({ layout: made.layout, blobs: made.blobs, to: repository, tags, credentials });
      await attestImage({ ...made.attest, source: { ...source, commit: `${at}`.repeat(40) } });
    }
    for (const [key, { mediaType, bytes }] of registry.manifests) {
      const text = bytes.toString().replaceAll('org.opencontainers.image.revision', 'else');
      if (!named && key.includes(':sha256-'))
        registry.manifests.set(key, { mediaType, bytes: Buffer.from(text) });
    }
    const before = registry.seen.length;
    const built = await imagesBuiltFrom({ repository, commit: '1'.repeat(40), credentials });
    expect(built.map(({ tag }) => tag)).toEqual(['two', 'two-again']);
    const asked = registry.seen
      .slice(before)
      .map(({ method, path }) => `${method} ${path.split('/').at(-2)}`);
    expect(asked.filter((request) => request === 'GET referrers')).toHaveLength(3);
    expect(asked.filter((request) => request === 'GET blobs')).toHaveLength(read);
  });

  test('are searched within one deadline for all requests', async () => {
    const registry = await fakeRegistry();
    const repository = `${registry.host}/app`;
    const { layout, blobs } = await pushedImage(repository);
    await pushImage({ layout, blobs, to: repository, tags: ['one'], credentials });
    let listed = 0;
    registry.options.fault = ({ path }) => {
      if (path.includes('/referrers/')) return 'silence';
      const isBusy = path.includes('/tags/') && listed++ === 0;
      return isBusy ? { status: 503, headers: { 'retry-after': '1' } } : undefined;
    };
    const begun = Date.now();
    const work = imagesBuiltFrom({ repository, commit: OTHER, credentials, deadlineMs: 1500 });
    expect((await failureOf(work)).code).toBe('deadline');
    expect(Date.now() - begun).toBeLessThan(2400);
  });

  test('cannot be found in a missing repository', async () => {
    const { host } = await fakeRegistry();
    const work = imagesBuiltFrom({ repository: `${host}/none`, commit: OTHER, credentials });
    expect((await failureOf(work)).code).toBe('repository-missing');
  });
});
