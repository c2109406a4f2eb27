import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { setValue } from '../../src/values/index.ts';
import { isAmbiguous } from '../../src/values/ambiguous-scalar.ts';
import { bytesOf, textOf } from '../support/bytes.ts';

/** Strings that a YAML 1.1 reader, a YAML 1.2 reader or Helm's takes for something else when they are not quoted. */
const TRAPS = [
  ...['yes', 'Yes', 'YES', 'no', 'No', 'NO', 'on', 'On', 'ON', 'off', 'Off', 'OFF', 'y', 'Y', 'n', 'N'],
  ...['true', 'True', 'TRUE', 'false', 'False', 'FALSE', 'null', 'Null', 'NULL', '~', '', '<<', '='],
  ...[
    '0',
    '-1',
    '+1',
    '0777',
    '-0777',
    '0o7',
    '0x1',
    '0xFF',
    '0b101',
    '1_000',
    '0x_1F',
    '12345678901234567890',
  ],
  ...[
    '.5',
    '5.',
    '1.10',
    '1e3',
    '1E3',
    '12e03',
    '1.5e-3',
    '+.5',
    '1_0.5',
    '.inf',
    '-.Inf',
    '+.INF',
    '.nan',
    '.NaN',
  ],
  ...['1:30', '12:30:45', '190:20:30.15', '2024-01-02', '2024-1-2', '2001-12-14t21:59:43.10-05:00'],
  ...['.', '-.', '5e', '1e+', 'e1234567', 'E0', '0x', '-0b'],
] as const;

/** Strings that would be other YAML, or no YAML, when they are not quoted. */
const STRUCTURE = [
  ...[
    ' lead',
    'trail ',
    '\ttab',
    'a: b',
    'a:',
    ': a',
    'a #b',
    '#a',
    '- a',
    '-',
    '--- a',
    '---',
    '...',
    '? a',
    '?',
  ],
  ...[
    '*a',
    '&a',
    '!a',
    '!!int 1',
    '|',
    '>',
    '>-',
    '%a',
    '@a',
    '`a',
    '{a',
    '}a',
    '[a',
    ']a',
    ',a',
    '"a',
    "'a",
    '"',
  ],
  ...[
    'a\nb',
    'a\r\nb',
    '\n',
    'a\0b',
    '\x1b[0m',
    '\x7f',
    '\x85',
    'a\u2028b',
    '\u2029',
    '\ufeffa',
    '\u200fa',
    '\u00a0',
  ],
  ...['back\\slash', "it's", 'say "hi"', 'a,b', 'a]b', 'x{y}', '\u{1F600}', '\uE000', 'a\u202Eb'],
] as const;

/** Strings that need no quotes, and would be noise in a diff with them. */
const HARMLESS = [
  ...[
    'v1',
    '1.27.3',
    '7-alpine',
    'sha256:0123',
    'deadbeef',
    '1e3f',
    'a:b',
    'registry.example.com:5000/a/b:v1',
  ],
  ...[
    'hello world',
    'nope',
    'yesterday',
    'on-call',
    'a=b',
    'x@sha256:aa',
    'größe',
    '日本',
    './a',
    '_a',
    '1.2.3-rc.1+b',
  ],
] as const;

const PLACES = {
  'a plain value': { before: 'a: old # c\nb: 1\n', path: 'a' },
  'a single-quoted value': { before: "a: 'old' # c\nb: 1\n", path: 'a' },
  'a double-quoted value': { before: 'a: "old" # c\nb: 1\n', path: 'a' },
  'a value in a flow map': { before: 'a: {t: old, d: x}\nb: 1\n', path: 'a.t' },
  'an item of a flow list': { before: 'a: [old, x]\nb: 1\n', path: 'a[0]' },
};

describe.each(Object.entries(PLACES))('in place of %s', (_, { before, path }) => {
  test.each([...TRAPS, ...STRUCTURE, ...HARMLESS])('the string %j is read back by every reader', (value) => {
    const after = textOf(setValue(bytesOf(before), path, value));
    for (const version of ['1.1', '1.2'] as const) {
      const expected: unknown = path === 'a' ? value : path === 'a.t' ? { t: value, d: 'x' } : [value, 'x'];
      expect(parse(after, { version })).toEqual({ a: expected, b: 1 });
    }
  });
});

describe('a plain value', () => {
  test.each([...TRAPS, ...STRUCTURE])('becomes quoted for %j', (value) => {
    expect(textOf(setValue(bytesOf('a: old\n'), 'a', value))).toMatch(/^a: ".*"\n$/u);
  });

  test.each(HARMLESS)('stays plain for %j', (value) => {
    expect(textOf(setValue(bytesOf('a: old\n'), 'a', value))).toBe(`a: ${value}\n`);
  });
});

describe('isTrap', () => {
  test.each(TRAPS)('knows %j', (text) => {
    expect(isAmbiguous(text)).toBe(true);
  });

  test('covers whatever either reader of the parser takes for no string', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'0123456789._:-+eExobTZ aAfFnNyYosult~=<'),
      maxLength: 12,
    });
    const isString = (plain: string): boolean =>
      (['1.1', '1.2'] as const).every(
        (version) => parse(`- ${plain}\n`, { version, logLevel: 'silent' })[0] === plain,
      );
    fc.assert(
      fc.property(
        text.filter((plain) => /^[^\s#:<-][^\s#:]*$/.test(plain)),
        (plain) => {
          expect(isAmbiguous(plain) || isString(plain)).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('numbers and booleans', () => {
  test.each<[number | boolean, string]>([
    [0, '0'],
    [-0, '0'],
    [3, '3'],
    [-2.5, '-2.5'],
    [1e21, '1.0e+21'],
    [1.5e-9, '1.5e-9'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [true, 'true'],
    [false, 'false'],
  ])('%s is written plain, also in place of a quoted string', (value, written) => {
    expect(textOf(setValue(bytesOf('a: "old" # c\n'), 'a', value))).toBe(`a: ${written} # c\n`);
  });
});
