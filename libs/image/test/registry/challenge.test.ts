import { expect, test } from 'vitest';
import { parseChallenge } from '../../src/registry/challenge.ts';

test.each([
  [
    'Bearer realm="https://a/t",service="s",scope="x,y"',
    { scheme: 'bearer', realm: 'https://a/t', service: 's' },
  ],
  [
    'bearer service=s, realm="https://a/t?a=\\"b\\""',
    { scheme: 'bearer', realm: 'https://a/t?a="b"', service: 's' },
  ],
  ['Basic realm="x", Bearer realm="https://a/t"', { scheme: 'bearer', realm: 'https://a/t' }],
  ['Basic realm="x"', { scheme: 'basic' }],
  ['BASIC', { scheme: 'basic' }],
  ['Bearer service="s"', undefined],
  ['Negotiate', undefined],
  [undefined, undefined],
])('%j is parsed as %j', (header, expected) => {
  expect(parseChallenge(header)).toEqual(expected);
});
