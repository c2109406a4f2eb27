import { describe, expect, test } from 'vitest';
import {
  addKey,
  getValue,
  MAX_BYTES,
  setValue,
  VALUES_ERROR_CODES,
  type Value,
  type ValuesErrorCode,
} from '../../src/values/index.ts';
import { bytesOf } from '../support/bytes.ts';
import { refusalOf } from '../support/refusal.ts';

interface Hostile {
  readonly title: string;
  readonly file: string | Uint8Array;
  readonly code: ValuesErrorCode;
  /** @default 'a' */
  readonly path?: string;
  /** @default 'new' */
  readonly value?: Value;
  /** 1-based, where it matters. */
  readonly line?: number;
}

const LAUGHS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
  .map(
    (level) =>
      `l${level}: &l${level} [${new Array(9).fill(level === 1 ? 'lol' : `*l${level - 1}`).join(',')}]\n`,
  )
  .join('');

function utf16(text: string, mark: boolean): Uint8Array {
  return Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
}

const HOSTILE: Hostile[] = [
  // the bytes
  { title: 'a file of 50 MB', file: new Uint8Array(50_000_000).fill(0x20), code: 'too-large' },
  { title: 'a file one byte too large', file: new Uint8Array(MAX_BYTES + 1).fill(0x20), code: 'too-large' },
  { title: 'UTF-16 LE with a mark', file: utf16('a: b\n', true), code: 'utf-16' },
  { title: 'UTF-16 LE without a mark', file: utf16('a: b\n', false), code: 'utf-16' },
  { title: 'UTF-16 BE with a mark', file: Buffer.from(utf16('a: b\n', true)).swap16(), code: 'utf-16' },
  { title: 'UTF-16 BE without a mark', file: Buffer.from(utf16('a: b\n', false)).swap16(), code: 'utf-16' },
  { title: 'Latin-1', file: Buffer.from('x: 1\na: \xe9\n', 'latin1'), code: 'invalid-utf8', line: 2 },
  {
    title: 'an overlong encoding',
    file: Buffer.from([0x61, 0x3a, 0x20, 0xc0, 0xaf, 0x0a]),
    code: 'invalid-utf8',
  },
  {
    title: 'an encoded surrogate',
    file: Buffer.from([0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80]),
    code: 'invalid-utf8',
  },
  {
    title: 'damage behind a real replacement character',
    file: Buffer.concat([Buffer.from('x: \ufffd\na: '), Buffer.from([0xff, 0x0a])]),
    code: 'invalid-utf8',
    line: 2,
  },
  {
    title: 'a cut-off character at the end',
    file: Buffer.from([0x61, 0x3a, 0x20, 0xe2, 0x82]),
    code: 'invalid-utf8',
  },
  { title: 'NUL', file: 'x: 1\na: b\0\n', code: 'control-character', line: 2 },
  { title: 'NUL in a comment', file: 'a: b # \0\n', code: 'control-character' },
  { title: 'an escape sequence for a terminal', file: 'a: b # \x1b[2K\n', code: 'control-character' },
  { title: "the parser's own marker of a scalar", file: 'a: \x1fb\n', code: 'control-character' },
  { title: "the parser's own marker of a document", file: 'a: b\n\x02c: d\n', code: 'control-character' },
  { title: 'a C1 control', file: 'a: b\x9b\n', code: 'control-character' },
  { title: 'U+FFFE inside', file: 'a: b\ufffe\n', code: 'control-character' },
  { title: 'a lone CR that hides a line from YAML 1.2', file: 'a: b\rc: d\n', code: 'line-break' },
  { title: 'NEL that starts a line for YAML 1.1', file: 'x: y # z\x85a: b\n', code: 'line-break' },
  { title: 'U+2028 that starts a line for YAML 1.1', file: 'a: b # z\u2028a: c\n', code: 'line-break' },
  { title: 'U+2029', file: 'a: "b\u2029c"\n', code: 'line-break' },
  // syntax
  { title: 'an open double quote', file: 'a: "b\n', code: 'syntax' },
  { title: 'an open single quote', file: "a: 'b\n", code: 'syntax' },
  { title: 'an open flow map', file: 'a: {b: c\n', code: 'syntax' },
  { title: 'a closing bracket too much', file: 'a: b]\nc: d]]\n}\n', code: 'syntax' },
  { title: 'text that is no entry', file: 'a: b\nc\n', code: 'syntax', line: 2 },
  { title: 'a map in a line with its key', file: 'a: b: c\n', code: 'syntax', path: 'a.b' },
  { title: 'a key that is indented wrongly', file: 'a:\n   b: 1\n  c: 2\n', code: 'syntax', path: 'a.b' },
  { title: 'an unknown escape', file: 'a: "\\q"\n', code: 'syntax' },
  { title: 'two anchors on one value', file: 'a: &x &y b\n', code: 'syntax' },
  { title: 'an alias without an anchor', file: 'a: b\nc: *x\n', code: 'syntax', line: 2 },
  { title: 'an alias before its anchor', file: 'c: *x\na: &x b\n', code: 'syntax', line: 1 },
  { title: 'a key of more than 1024 characters', file: `a: b\n${'k'.repeat(1100)}: c\n`, code: 'syntax' },
  { title: 'an error in a later document', file: 'a: b\n---\nc: "d\n', code: 'syntax' },
  { title: 'a directive without a document', file: '%YAML 1.2\na: b\n', code: 'syntax' },
  { title: 'a reserved character', file: 'a: @b\n', code: 'syntax' },
  { title: 'a million errors', file: 'a: b\n' + '"\n'.repeat(60_000), code: 'syntax' },
  { title: 'tabs as indentation', file: 'a:\n\tb: c\n', code: 'tab-indentation', path: 'a.b', line: 2 },
  {
    title: 'tabs behind spaces as indentation',
    file: 'a:\n  \tb: c\n',
    code: 'tab-indentation',
    path: 'a.b',
  },
  { title: 'a tab between a dash and a map', file: 'a:\n-\tb: c\n', code: 'tab-indentation', path: 'a[0].b' },
  // bombs
  { title: '20,000 open brackets', file: '['.repeat(20_000), code: 'too-deep' },
  { title: '20,000 open braces', file: '{a: '.repeat(20_000), code: 'too-deep' },
  { title: '101 levels', file: '['.repeat(101) + ']'.repeat(101), code: 'too-deep' },
  { title: '20,000 dashes in a line', file: `a: b\nc:\n  ${'- '.repeat(20_000)}x\n`, code: 'too-deep' },
  {
    title: 'a staircase of 200 maps',
    file: Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
    code: 'too-deep',
  },
  { title: '20,000 maps in a line', file: 'a: '.repeat(20_000), code: 'too-deep' },
  { title: 'a billion laughs', file: `${LAUGHS}a: b\n`, code: 'alias-bomb' },
  {
    title: 'a billion laughs by merging',
    file: `${LAUGHS.replaceAll('[', '[{<<: ').replaceAll(']', '}]').replaceAll(',', '},{<<: ')}a: b\n`,
    code: 'alias-bomb',
  },
  { title: 'a list that contains itself', file: 'l: &l [1, *l]\na: b\n', code: 'alias-bomb' },
  { title: 'a map that contains itself', file: 'm: &m\n  x: {y: *m}\na: b\n', code: 'alias-bomb', line: 2 },
  { title: 'a million documents', file: 'a: b\n' + '---\n'.repeat(100_000), code: 'too-many-documents' },
  // the way
  { title: 'an empty file', file: '', code: 'missing' },
  { title: 'a file of comments', file: '# a: b\n', code: 'missing' },
  { title: 'an empty document', file: '---\n', code: 'missing' },
  { title: 'a missing key', file: 'b: 1\n', code: 'missing' },
  { title: 'a key below an empty one', file: 'a:\n', code: 'empty-value', path: 'a.b' },
  { title: 'a missing index', file: 'a: [1, 2]\n', code: 'missing', path: 'a[2]' },
  { title: 'an inherited name', file: 'a: 1\n', code: 'missing', path: 'toString' },
  { title: 'a path through a value', file: 'a: 1\n', code: 'not-a-map', path: 'a.b' },
  { title: 'a key of a list', file: 'a: [1]\n', code: 'not-a-map', path: 'a.length' },
  { title: 'an index of a map', file: 'a: {0: 1}\n', code: 'not-a-list', path: 'a[0]' },
  { title: 'a path in two documents', file: 'a: 1\n---\na: 2\n', code: 'ambiguous-document', line: 3 },
  {
    title: 'a value that a later document undoes',
    file: 'a: {b: 1}\n---\na: 5\n',
    code: 'not-a-map',
    path: 'a.b',
  },
  {
    title: 'a value that a later document empties',
    file: 'a: {b: 1}\n---\na:\n',
    code: 'empty-value',
    path: 'a.b',
  },
  {
    title: 'a list that a later document undoes',
    file: 'a: [1]\n---\na: {}\n',
    code: 'not-a-list',
    path: 'a[0]',
  },
  { title: 'a duplicate key', file: 'a: 1\nb: 2\na: 3\n', code: 'duplicate-key', line: 3 },
  { title: 'a duplicate key in other quotes', file: 'a: 1\n"\\x61": 3\n', code: 'duplicate-key' },
  { title: 'a duplicate key on the way', file: 'a: {b: 1}\na: {c: 2}\n', code: 'duplicate-key', path: 'a.b' },
  { title: 'a duplicate key in a flow map', file: "x: {a: 1, 'a': 2}\n", code: 'duplicate-key', path: 'x.a' },
  { title: 'a number and a string as one key', file: '1: x\n"1": y\n', code: 'duplicate-key', path: '"1"' },
  { title: 'a key that is a boolean in YAML 1.1', file: 'on: 1\n', code: 'ambiguous-key', path: 'on' },
  {
    title: 'a key that becomes another one in YAML 1.1',
    file: 'yes: 1\n',
    code: 'ambiguous-key',
    path: 'true',
  },
  { title: 'an octal key', file: '010: 1\n', code: 'ambiguous-key', path: '010' },
  { title: 'a key with a direction mark', file: 'a: 1\n"a\\u202E": 2\n', code: 'look-alike-key' },
  { title: 'a key with a zero-width space', file: 'a\u200b: 1\na: 2\n', code: 'look-alike-key' },
  {
    title: 'a Cyrillic letter in a Latin key',
    file: 'im\u0430ge: 1\nimage: 2\n',
    code: 'look-alike-key',
    path: 'image',
  },
  { title: 'a decomposed key', file: 'e\u0301: 1\n', code: 'look-alike-key', path: '\u00e9' },
  { title: 'a full-width key', file: '\uff41: 1\na: 2\n', code: 'look-alike-key' },
  { title: 'a decomposed path', file: 'e\u0301: 1\n', code: 'look-alike-key', path: 'e\u0301' },
  { title: 'a direction mark in the path', file: 'a: 1\n', code: 'look-alike-key', path: 'a\u202e' },
  {
    title: 'a merge key that may bring the value',
    file: 'd: &d {a: 1}\nx:\n  <<: *d\n',
    code: 'merge-key',
    path: 'x.a',
  },
  {
    title: 'a merge key below the value',
    file: 'd: &d {a: 1}\nx:\n  a: 2\n  <<: *d\n',
    code: 'merge-key',
    path: 'x.a',
  },
  { title: 'a merge key as the path', file: 'x:\n  <<: {a: 1}\n', code: 'merge-key', path: 'x.<<' },
  { title: 'an alias as the value', file: 'x: &x 1\na: *x\n', code: 'alias', line: 2 },
  { title: 'an alias on the way', file: 'x: &x {b: 1}\na: *x\n', code: 'alias', path: 'a.b' },
  { title: 'an alias as a key', file: 'x: &x a\n*x : 1\n', code: 'alias' },
  { title: 'an anchored value that is used', file: 'a: &x 1\nb: *x\n', code: 'aliased' },
  {
    title: 'a value in an anchored map that is used',
    file: 'a: &x {b: 1}\nc: *x\n',
    code: 'aliased',
    path: 'a.b',
  },
  {
    title: 'a value in an anchored map that is merged',
    file: 'a: &x\n  b: 1\nc:\n  <<: *x\n',
    code: 'aliased',
    path: 'a.b',
  },
  { title: 'a custom tag', file: 'a: !vault secret\n', code: 'custom-tag' },
  { title: 'a custom tag on the way', file: 'a: !merge {b: 1}\n', code: 'custom-tag', path: 'a.b' },
  {
    title: 'a custom tag that looks like a standard one',
    file: '%TAG !! tag:evil,2000:\n---\na: !!str b\n',
    code: 'custom-tag',
  },
  { title: 'a tag without a name', file: 'a: ! 12\n', code: 'custom-tag' },
  { title: 'a number by tag', file: 'a: !!int "3"\n', code: 'explicit-tag', value: 4 },
  { title: 'bytes by tag', file: 'a: !!binary aGk=\n', code: 'explicit-tag' },
  {
    title: 'a string by tag that is to become a number',
    file: 'a: !!str 5\n',
    code: 'explicit-tag',
    value: 6,
  },
  { title: 'a set', file: 'a: !!set {b}\n', code: 'explicit-tag', path: 'a.b' },
  { title: 'a tagged key', file: '!!int 1: x\n', code: 'explicit-tag', path: '"1"' },
  // the value
  { title: 'a map', file: 'a: {b: 1}\n', code: 'collection' },
  { title: 'a list', file: 'a:\n- 1\n', code: 'collection' },
  { title: 'a literal block', file: 'a: |\n  b\n', code: 'block-scalar' },
  { title: 'a folded block', file: 'a: >-\n  b\n', code: 'block-scalar' },
  { title: 'a plain value over two lines', file: 'a: b\n  c\n', code: 'multi-line' },
  { title: 'a quoted value over two lines', file: 'a: "b\n  c"\n', code: 'multi-line' },
  { title: 'a single-quoted value over two lines', file: "a: 'b\n\n  c'\n", code: 'multi-line' },
  { title: 'an empty value', file: 'a:\nb: 1\n', code: 'empty-value' },
  { title: 'an empty value in a flow map', file: 'x: {a, b: 1}\n', code: 'empty-value', path: 'x.a' },
  { title: 'NaN', file: 'a: 1\n', code: 'non-finite-number', value: NaN },
  { title: 'infinity', file: 'a: 1\n', code: 'non-finite-number', value: -Infinity },
  { title: 'half a surrogate pair', file: 'a: 1\n', code: 'bad-value', value: 'x\udc00' },
  {
    title: 'an object from a caller without types',
    file: 'a: 1\n',
    code: 'bad-value',
    value: {} as unknown as Value,
  },
  { title: 'a path that is none', file: 'a: 1\n', code: 'bad-path', path: 'a..b' },
];

describe('setValue refuses by name', () => {
  test.each(HOSTILE)('$title: $code', ({ file, code, path = 'a', value = 'new', line }) => {
    const bytes = typeof file === 'string' ? bytesOf(file) : Uint8Array.from(file);
    const copy = Uint8Array.from(bytes);
    const refusal = refusalOf(() => setValue(bytes, path, value));
    expect(refusal.code, refusal.message).toBe(code);
    expect(refusal.path).toContain(path.replaceAll('"', '').at(0));
    expect(refusal.message.length).toBeLessThan(500);
    if (line !== undefined) expect(refusal.line).toBe(line);
    expect(Buffer.compare(bytes, copy)).toBe(0);
  });

  test('at least sixty cases', () => {
    expect(new Set(HOSTILE.map(({ title }) => title)).size).toBeGreaterThanOrEqual(60);
  });

  test('an empty file, pointing at no line', () => {
    expect(refusalOf(() => setValue(new Uint8Array(), 'a', 1)).line).toBeUndefined();
  });
});

/** Codes that setValue itself cannot reach on a real file; each has its own test. */
const ELSEWHERE: ValuesErrorCode[] = ['exists', 'not-a-block-map', 'ambiguous-value', 'unproven'];

test('every code has a case that ends in it', () => {
  const reached = new Set([...HOSTILE.map(({ code }) => code), ...ELSEWHERE]);
  expect([...reached].sort()).toEqual([...VALUES_ERROR_CODES].sort());
});

test.each(HOSTILE.filter(({ code }) => /utf|control|break|syntax|tab|deep|bomb|too|key|document/.test(code)))(
  'getValue and addKey refuse it too: $title',
  ({ file, code, path = 'a' }) => {
    const bytes = typeof file === 'string' ? bytesOf(file) : Uint8Array.from(file);
    expect(refusalOf(() => getValue(bytes, path)).code).toBe(code);
    expect(refusalOf(() => addKey(bytes, path, 1)).code).not.toBe('unproven');
  },
);
