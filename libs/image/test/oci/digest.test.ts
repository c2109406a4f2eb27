import { describe, expect, test } from 'vitest';
import { digestOf, hexOf, isDigest, verified } from '../../src/oci/digest.ts';
import { failureOf } from '../support/failure-of.ts';

const hex = 'a'.repeat(64);
async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

describe('a digest', () => {
  test('of known bytes is the known digest', () => {
    expect(digestOf('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test.each([
    `sha512:${hex}`,
    `sha256:${hex.toUpperCase()}`,
    `sha256:${hex}a`,
    'sha256:../../etc/passwd',
    hex,
    '',
    `sha256:${hex}\n`,
  ])('is not %j', async (text) => {
    expect(isDigest(text)).toBe(false);
    expect((await failureOf(() => hexOf(text))).code).toBe('document-invalid');
  });
});

describe('verified content', () => {
  const good = { digest: digestOf('onetwo'), size: 6 };

  test('passes if digest and size are as expected', async () => {
    expect(Buffer.concat(await Array.fromAsync(verified(chunks('one', 'two'), good, 'x'))).toString()).toBe(
      'onetwo',
    );
  });

  test.each([
    ['truncated', ['one', 'tw']],
    ['longer', ['one', 'two', '!']],
    ['other bytes of the same size', ['one', 'twO']],
  ])('is never passed on completely if it is %s', async (_, texts) => {
    let received = '';
    const failure = await failureOf(async () => {
      for await (const chunk of verified(chunks(...texts), good, 'x'))
        received += Buffer.from(chunk).toString();
    });
    expect(failure.code).toBe('digest-mismatch');
    expect(received.length).toBeLessThan(6);
  });
});
