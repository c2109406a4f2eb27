import { describe, expect, test } from 'vitest';
import { attestImage, type AttestOptions } from '../src/attest.ts';
import { imagesBuiltFrom } from '../src/built-from.ts';
import { pushImage } from '../src/push.ts';
import { credentials, newKey, pushedImage, source } from './attested-image.ts';
import { failureOf } from './failure-of.ts';
import { fakeRegistry } from './registry/fake-registry.ts';

const OTHER = 'd'.repeat(40);

describe('the images of a repository that were built from a commit', () => {
  test.each([
    ['unsigned', undefined],
    ['signed', newKey().signer],
  ] as const)('are told by their provenance, %s', async (_, signer) => {
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

  test('cannot be told where there is no repository', async () => {
    const { host } = await fakeRegistry();
    const work = imagesBuiltFrom({ repository: `${host}/none`, commit: OTHER, credentials });
    expect((await failureOf(work)).code).toBe('repository-missing');
  });
});
