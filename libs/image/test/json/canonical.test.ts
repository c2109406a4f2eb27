import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/json/canonical.ts';

test('canonical JSON does not depend on the order of keys and omits undefined values', () => {
  const left = canonicalJson({ b: [1, { y: null, x: 'é"' }], a: undefined, c: false });
  expect(left).toBe('{"b":[1,{"x":"é\\"","y":null}],"c":false}');
  expect(canonicalJson({ c: false, b: [1, { x: 'é"', y: null }] })).toBe(left);
});
