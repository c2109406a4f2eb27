import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPath, MAX_DEPTH, parsePath, setValue, type Path } from '../../src/values/index.ts';
import { bytesOf } from '../support/bytes.ts';
import { refusalOf } from '../support/refusal.ts';

describe('parsePath', () => {
  test.each<[string, Path]>([
    ['image', ['image']],
    ['image.digest', ['image', 'digest']],
    ['containers[0].image', ['containers', 0, 'image']],
    ['containers.0.image', ['containers', '0', 'image']],
    ['[2][10]', [2, 10]],
    ['"a.b".c', ['a.b', 'c']],
    ['annotations."app.kubernetes.io/name"', ['annotations', 'app.kubernetes.io/name']],
    ['a."with \\"quotes\\" and \\u00e9"', ['a', 'with "quotes" and é']],
    ['""', ['']],
    ['"[0]".x', ['[0]', 'x']],
    ['größe.日本', ['größe', '日本']],
    ['__proto__.constructor', ['__proto__', 'constructor']],
    ['a-b_c/d:e', ['a-b_c/d:e']],
  ])('reads %s', (text, path) => {
    expect(parsePath(text)).toEqual(path);
  });

  test.each<[string, number]>([
    ['.a', 1],
    ['a.', 2],
    ['a..b', 2],
    ['a b', 2],
    ['a[', 2],
    ['a[x]', 2],
    ['a[01]', 2],
    ['a[-1]', 2],
    ['a[0]b', 5],
    ['a."b', 2],
    ['"a"b', 4],
    ['a]', 2],
    ['"\\x"', 1],
  ])('refuses %s at column %i', (text, column) => {
    const { code, message } = refusalOf(() => parsePath(text));
    expect(code).toBe('bad-path');
    expect(message).toContain(`at column ${column} of the path`);
  });

  test('refuses an empty path', () => {
    expect(refusalOf(() => parsePath('')).code).toBe('bad-path');
  });

  test('is undone by formatPath for every path', () => {
    const key = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}|\p{Bidi_Control}/u.test(text));
    const segment = fc.oneof(
      fc.nat({ max: 999 }),
      key.map((text) => text.normalize('NFC')),
    );
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });
});

describe('a path of segments', () => {
  const file = bytesOf('a: [1]\n');
  test.each<[string, Path]>([
    ['nothing', []],
    ['a fraction', ['a', 0.5]],
    ['a negative index', ['a', -1]],
    ['not a number', ['a', NaN]],
    ['a control character', ['a\n']],
    ['half a surrogate pair', ['\ud800']],
    ['more levels than a file may have', new Array<string>(MAX_DEPTH + 1).fill('a')],
  ])('may not be or hold %s', (_, path) => {
    expect(refusalOf(() => setValue(file, path, 2)).code).toBe('bad-path');
  });
});
