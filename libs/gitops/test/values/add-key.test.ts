import { describe, expect, test } from 'vitest';
import { addKey, getValue, MAX_BYTES, type Value } from '../../src/values/index.ts';
import { bytesOf, textOf } from '../support/bytes.ts';
import { refusalOf } from '../support/refusal.ts';

interface Addition {
  readonly title: string;
  readonly file: string;
  readonly path: string;
  readonly value: Value;
  readonly expected: string;
}

const ADDITIONS: Addition[] = [
  {
    title: 'at the end of the file',
    file: 'a: 1\nb: 2\n',
    path: 'c',
    value: 'x',
    expected: 'a: 1\nb: 2\nc: x\n',
  },
  {
    title: 'at the end of an inner map, above the comments that follow',
    file: 'a:\n    b: 1 # why\n\n# end\nd: 1\n',
    path: 'a.c',
    value: true,
    expected: 'a:\n    b: 1 # why\n    c: true\n\n# end\nd: 1\n',
  },
  {
    title: 'with CRLF',
    file: 'a:\r\n  b: 1\r\nd: 1\r\n',
    path: 'a.c',
    value: 2,
    expected: 'a:\r\n  b: 1\r\n  c: 2\r\nd: 1\r\n',
  },
  {
    title: 'with CRLF behind the last line',
    file: 'a: 1\r\nb: 2',
    path: 'c',
    value: 3,
    expected: 'a: 1\r\nb: 2\r\nc: 3',
  },
  { title: 'without a final newline', file: 'a: 1', path: 'b', value: 2, expected: 'a: 1\nb: 2' },
  {
    title: 'behind a byte order mark',
    file: '\ufeffa: 1',
    path: 'b',
    value: 2,
    expected: '\ufeffa: 1\nb: 2',
  },
  {
    title: 'in a list item',
    file: '- a: 1\n- x\n',
    path: '[0].b',
    value: 2,
    expected: '- a: 1\n  b: 2\n- x\n',
  },
  {
    title: 'below an inner list',
    file: 'a:\n- x\n- y: 1\n',
    path: 'b',
    value: 2,
    expected: 'a:\n- x\n- y: 1\nb: 2\n',
  },
  {
    title: 'below a flow map over lines',
    file: 'a: {\n  x: 1 }\n',
    path: 'b',
    value: 2,
    expected: 'a: {\n  x: 1 }\nb: 2\n',
  },
  {
    title: 'below a text over lines',
    file: 'a: x\n  y\n',
    path: 'b',
    value: 2,
    expected: 'a: x\n  y\nb: 2\n',
  },
  { title: 'below an empty value', file: 'a:\n', path: 'b', value: 2, expected: 'a:\nb: 2\n' },
  {
    title: 'before the end of a document',
    file: '---\na: 1\n...\n',
    path: 'b',
    value: 2,
    expected: '---\na: 1\nb: 2\n...\n',
  },
  {
    title: 'in the quotes of the entry above',
    file: 'a: "1"\n',
    path: 'b',
    value: 'x',
    expected: 'a: "1"\nb: "x"\n',
  },
  {
    title: 'in the single quotes of the entry above',
    file: "a: '1'\n",
    path: 'b',
    value: 'x',
    expected: "a: '1'\nb: 'x'\n",
  },
  {
    title: 'with a quoted key where it is a trap',
    file: 'a: 1\n',
    path: 'on',
    value: 'no',
    expected: 'a: 1\n"on": "no"\n',
  },
  {
    title: 'with a quoted key where it is structure',
    file: 'a: 1\n',
    path: '"b: c"',
    value: 'd',
    expected: 'a: 1\n"b: c": d\n',
  },
  { title: 'named __proto__', file: 'a: 1\n', path: '__proto__', value: 1, expected: 'a: 1\n__proto__: 1\n' },
];

describe('addKey adds one line', () => {
  test.each(ADDITIONS)('$title', ({ file, path, value, expected }) => {
    const after = addKey(bytesOf(file), path, value);
    expect(textOf(after)).toBe(expected);
    expect(getValue(after, path)).toBe(value);
  });
});

describe('addKey refuses', () => {
  test.each([
    ['a key that exists', 'a: 1\n', 'a', 'exists'],
    ['a key that exists in other quotes', '"b": 1\n', 'b', 'exists'],
    ['a flow map', 'a: {b: 1}\n', 'a.c', 'not-a-block-map'],
    ['a block map inside no block', 'a: [{b: 1}]\n', 'a[0].c', 'not-a-block-map'],
    ['an empty map', 'a: {}\n', 'a.c', 'not-a-block-map'],
    ['a list', 'a: [1]\n', 'a.c', 'not-a-block-map'],
    ['a list item', 'a:\n- 1\n', 'a[1]', 'not-a-block-map'],
    ['a value', 'a: 1\n', 'a.c', 'not-a-block-map'],
    ['a map that is not there', 'a: 1\n', 'b.c', 'missing'],
    ['an empty file', '', 'a', 'missing'],
    ['two documents', 'a: 1\n---\nb: 1\n', 'c', 'ambiguous-document'],
    ['a map that is used elsewhere', 'a: &x\n  b: 1\nc: *x\n', 'a.d', 'aliased'],
    ['a map that merges', 'd: &d {x: 1}\na:\n  <<: *d\n', 'a.x', 'merge-key'],
    ['a tagged map', 'a: !x\n  b: 1\n', 'a.c', 'custom-tag'],
    ['a map that ends with a block of text', 'a: |+\n  x\n\n', 'b', 'block-scalar'],
    ['a key that resembles another', 'a\u200b: 1\n', 'a', 'look-alike-key'],
    ['a key too long for YAML', 'a: 1\n', 'k'.repeat(1100), 'unproven'],
  ])('%s', (_, file, path, code) => {
    const bytes = bytesOf(file);
    expect(refusalOf(() => addKey(bytes, path, 1)).code).toBe(code);
    expect(textOf(bytes)).toBe(file);
  });

  test('to let a file grow beyond the greatest size', () => {
    const file = bytesOf(`a: 1\n#${'x'.repeat(MAX_BYTES - 6)}`);
    expect(refusalOf(() => addKey(file, 'b', 1)).code).toBe('too-large');
  });
});
