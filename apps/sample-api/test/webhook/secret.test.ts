import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ServiceError } from '../../src/error.ts';
import { newSecret, parseSecret } from '../../src/webhook/secret.ts';

function written(bytes: number): string {
  return `whsec_${randomBytes(bytes).toString('base64')}`;
}

test('a new secret has 32 random bytes', () => {
  expect(parseSecret(newSecret()).symmetricKeySize).toBe(32);
  expect(newSecret()).not.toBe(newSecret());
});

test.each([24, 25, 26, 32, 64])('a secret of %i bytes is accepted', (bytes) => {
  expect(parseSecret(written(bytes)).symmetricKeySize).toBe(bytes);
});

test.each([0, 1, 23, 65, 512])('a secret of %i bytes is refused', (bytes) => {
  expect(() => parseSecret(written(bytes))).toThrow(`it has ${bytes} bytes, and 24 to 64 are allowed`);
});

test.each(['\n', '\r\n'])('a newline %j at the end is accepted', (end) => {
  const secret = newSecret();
  expect(parseSecret(secret + end).equals(parseSecret(secret))).toBe(true);
});

test.each([
  ['an empty text', ''],
  ['another prefix', `whsk_${randomBytes(32).toString('base64')}`],
  ['no prefix', randomBytes(32).toString('base64')],
  ['a leading blank', ` ${newSecret()}`],
  ['two newlines', `${newSecret()}\n\n`],
  ['missing padding', newSecret().replace('=', '')],
  ['the URL alphabet', `whsec_${Buffer.alloc(32, 0xfb).toString('base64url')}`],
  ['bits after the end', `whsec_${'A'.repeat(42)}B=`],
  ['a second line', `${newSecret()}\n${newSecret()}`],
])('%s is refused', (_, text) => {
  expect(() => parseSecret(text)).toThrow(ServiceError);
});

test('a truncated secret is refused unless it is a complete shorter secret', () => {
  const secret = newSecret();
  for (let length = 0; length < secret.length; length++) {
    const shorterSecret = length >= 'whsec_'.length + 32 && (length - 'whsec_'.length) % 4 === 0;
    if (!shorterSecret) expect(() => parseSecret(secret.slice(0, length)), `${length}`).toThrow(ServiceError);
  }
});

test('an error does not contain the text', () => {
  const text = 'whsec_c29tZXRoaW5nIHNlY3JldA';
  expect(() => parseSecret(text)).toThrow(expect.objectContaining({ code: 'invalid-secret' }));
  try {
    parseSecret(text);
  } catch (error) {
    expect(inspect(error)).not.toContain('c29tZXRo');
  }
});

test('printing a secret or converting it to JSON does not reveal it', () => {
  const secret = parseSecret(`whsec_${Buffer.from('a canary that must never be shown').toString('base64')}`);
  expect(inspect(secret, { depth: 9, showHidden: true })).not.toMatch(/canary|61 20 63|YSBjYW/);
  expect(JSON.stringify({ secret })).toBe('{"secret":{}}');
});
