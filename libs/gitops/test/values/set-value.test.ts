import { describe, expect, test } from 'vitest';
import { getValue, MAX_BYTES, setValue, type Path, type Value } from '../../src/values/index.ts';
import { bytesOf, textOf } from '../support/bytes.ts';
import { refusalOf } from '../support/refusal.ts';

interface Fidelity {
  readonly title: string;
  readonly file: string;
  readonly path: string | Path;
  readonly value: Value;
  readonly expected: string;
}

const LONG = 'a long text that goes on and on, far beyond the width at which printers fold a line, '.repeat(
  3,
);

const FIDELITY: Fidelity[] = [
  {
    title: 'a comment behind the value',
    file: 'image:\n  tag: v1 # keep me\n',
    path: 'image.tag',
    value: 'v2',
    expected: 'image:\n  tag: v2 # keep me\n',
  },
  {
    title: 'the rest of a flow map',
    file: 'image: {tag: v1, digest: sha256:aa}\n',
    path: 'image.tag',
    value: 'v2',
    expected: 'image: {tag: v2, digest: sha256:aa}\n',
  },
  {
    title: 'a flow map over several lines, with odd spaces and a trailing comma',
    file: 'image: {\n    tag:   v1  ,   # why\n  digest: "x" ,\n}\n',
    path: 'image.digest',
    value: 'w',
    expected: 'image: {\n    tag:   v1  ,   # why\n  digest: "w" ,\n}\n',
  },
  { title: 'single quotes', file: "a: 'x'  # c\n", path: 'a', value: "it's", expected: "a: 'it''s'  # c\n" },
  {
    title: 'double quotes',
    file: 'a: "x"\n',
    path: 'a',
    value: 'say "hi"\n',
    expected: 'a: "say \\"hi\\"\\n"\n',
  },
  {
    title: 'CRLF',
    file: 'a: x\r\nb: y # c\r\nc: z\r\n',
    path: 'b',
    value: 'w',
    expected: 'a: x\r\nb: w # c\r\nc: z\r\n',
  },
  {
    title: 'mixed line ends',
    file: 'a: x\r\nb: y\nc: z\r\n',
    path: 'c',
    value: 'w',
    expected: 'a: x\r\nb: y\nc: w\r\n',
  },
  {
    title: 'a byte order mark',
    file: '\ufeffa: x\nb: y\n',
    path: 'b',
    value: 'w',
    expected: '\ufeffa: x\nb: w\n',
  },
  { title: 'a missing final newline', file: 'a: x\nb: y', path: 'b', value: 'w', expected: 'a: x\nb: w' },
  {
    title: 'blank lines at both ends',
    file: '\n\na: x\n\n\n',
    path: 'a',
    value: 'w',
    expected: '\n\na: w\n\n\n',
  },
  {
    title: 'an anchor that nothing uses',
    file: 'a: &x v1\nb: 2\n',
    path: 'a',
    value: 'v2',
    expected: 'a: &x v2\nb: 2\n',
  },
  {
    title: 'anchors and aliases elsewhere',
    file: 'd: &d {x: 1}\na: v1\nb: *d\nc:\n  <<: *d\n  y: 2\n',
    path: 'a',
    value: 'v2',
    expected: 'd: &d {x: 1}\na: v2\nb: *d\nc:\n  <<: *d\n  y: 2\n',
  },
  {
    title: 'a merge key above the value',
    file: 'd: &d {x: 1}\nc:\n  <<: *d\n  x: 2\n',
    path: 'c.x',
    value: 3,
    expected: 'd: &d {x: 1}\nc:\n  <<: *d\n  x: 3\n',
  },
  {
    title: 'octal look-alikes elsewhere',
    file: 'mode: 0777\na: x\n',
    path: 'a',
    value: 'w',
    expected: 'mode: 0777\na: w\n',
  },
  {
    title: 'a long folded plain text elsewhere',
    file: `text: ${LONG}\n  and more\n  and more\na: x\n`,
    path: 'a',
    value: 'w',
    expected: `text: ${LONG}\n  and more\n  and more\na: w\n`,
  },
  {
    title: 'blocks of text elsewhere',
    file: 'a: x\nb: |+\n  # no comment\n    y: 1\n\n\nc: >-\n  folded\n  text\n',
    path: 'a',
    value: 'w',
    expected: 'a: w\nb: |+\n  # no comment\n    y: 1\n\n\nc: >-\n  folded\n  text\n',
  },
  {
    title: 'the other documents',
    file: '# one\na: x\n---\n# two\nb: y\n...\n---\n- z\n',
    path: 'b',
    value: 'w',
    expected: '# one\na: x\n---\n# two\nb: w\n...\n---\n- z\n',
  },
  {
    title: 'documents of another kind, and empty ones',
    file: '---\n---\na: x\n---\n- a\n--- text\n',
    path: 'a',
    value: 'w',
    expected: '---\n---\na: w\n---\n- a\n--- text\n',
  },
  {
    title: 'directives',
    file: '%YAML 1.1\n%TAG !e! tag:example.com,2000:\n---\na: x\nb: !e!thing y\n',
    path: 'a',
    value: 'no',
    expected: '%YAML 1.1\n%TAG !e! tag:example.com,2000:\n---\na: "no"\nb: !e!thing y\n',
  },
  {
    title: 'non-ASCII text',
    file: 'ä: ☃\n日本: 語 # 😀\nz: 1\n',
    path: '日本',
    value: '話',
    expected: 'ä: ☃\n日本: 話 # 😀\nz: 1\n',
  },
  {
    title: 'astral characters before the value',
    file: 'a: 😀😀\nb: x\n',
    path: 'b',
    value: '😀',
    expected: 'a: 😀😀\nb: "😀"\n',
  },
  {
    title: 'odd indentation',
    file: 'a:\n     b:\n      c:   x\n',
    path: 'a.b.c',
    value: 'w',
    expected: 'a:\n     b:\n      c:   w\n',
  },
  {
    title: 'lists that are not indented',
    file: 'a:\n- b: x\n-   c: y\n',
    path: 'a[1].c',
    value: 'z',
    expected: 'a:\n- b: x\n-   c: z\n',
  },
  {
    title: 'an index written as a key',
    file: 'a:\n- b: x\n',
    path: 'a.0.b',
    value: 'z',
    expected: 'a:\n- b: z\n',
  },
  {
    title: 'lists in lists',
    file: '- - x\n  - y\n- z\n',
    path: '[0][1]',
    value: 'w',
    expected: '- - x\n  - w\n- z\n',
  },
  {
    title: 'a pair in a flow list',
    file: 'a: [x: 1, y]\n',
    path: 'a[0].x',
    value: 2,
    expected: 'a: [x: 2, y]\n',
  },
  {
    title: 'JSON',
    file: '{"a":{"b":"1","c":[true]}}',
    path: 'a.b',
    value: 5,
    expected: '{"a":{"b":5,"c":[true]}}',
  },
  {
    title: 'tabs in comments and after values',
    file: 'a: x\t# \ttab\nb: 1\t\n',
    path: 'a',
    value: 'w',
    expected: 'a: w\t# \ttab\nb: 1\t\n',
  },
  {
    title: 'spaces at the end of the line',
    file: 'a: x   \nb: 1\n',
    path: 'a',
    value: 'w',
    expected: 'a: w   \nb: 1\n',
  },
  {
    title: 'a value on the line below its key',
    file: 'a:\n  x\nb: 1\n',
    path: 'a',
    value: 'w',
    expected: 'a:\n  w\nb: 1\n',
  },
  {
    title: 'explicit keys',
    file: '? a\n: x\n? b\n: y\n',
    path: 'a',
    value: 'z',
    expected: '? a\n: z\n? b\n: y\n',
  },
  {
    title: 'a tag that says string',
    file: 'a: !!str 5\n',
    path: 'a',
    value: '6',
    expected: 'a: !!str "6"\n',
  },
  {
    title: 'keys with dots',
    file: '"a.b":\n  c.d: x\n',
    path: '"a.b"."c.d"',
    value: 'w',
    expected: '"a.b":\n  c.d: w\n',
  },
  {
    title: 'numeric keys',
    file: 'ports:\n  8080: x\n',
    path: 'ports.8080',
    value: 'w',
    expected: 'ports:\n  8080: w\n',
  },
  {
    title: 'quoted keys that are words of YAML 1.1',
    file: '"on": x\n',
    path: 'on',
    value: 'w',
    expected: '"on": w\n',
  },
  { title: 'a null', file: 'a: ~ # none\n', path: 'a', value: 'w', expected: 'a: w # none\n' },
  { title: 'an empty string', file: 'a: ""\n', path: 'a', value: 'sha256:aa', expected: 'a: "sha256:aa"\n' },
  {
    title: 'duplicate keys off the path',
    file: 'x: 1\nx: 2\na: 1\n',
    path: 'a',
    value: 2,
    expected: 'x: 1\nx: 2\na: 2\n',
  },
  {
    title: '__proto__ as a key',
    file: '__proto__:\n  p: 1\n',
    path: '__proto__.p',
    value: 2,
    expected: '__proto__:\n  p: 2\n',
  },
  {
    title: 'constructor as a key',
    file: 'constructor: {prototype: 1}\n',
    path: 'constructor.prototype',
    value: 2,
    expected: 'constructor: {prototype: 2}\n',
  },
  {
    title: 'a list item named by segments',
    file: 'a:\n  - x\n',
    path: ['a', 0],
    value: 'w',
    expected: 'a:\n  - w\n',
  },
  {
    title: '100 levels of nesting',
    file: '['.repeat(100) + 'x' + ']'.repeat(100),
    path: new Array<number>(100).fill(0),
    value: 'w',
    expected: '['.repeat(100) + 'w' + ']'.repeat(100),
  },
];

describe('setValue keeps', () => {
  test.each(FIDELITY)('$title', ({ file, path, value, expected }) => {
    const after = setValue(bytesOf(file), path, value);
    expect(textOf(after)).toBe(expected);
    expect(getValue(after, path)).toBe(value);
  });
});

describe('setValue', () => {
  test('returns the same bytes if the file has the value already', () => {
    const file = bytesOf('a: v1 # c\nb: 5\nc: true\nd: "no"\ne: !!str 5\nf: 0\n');
    expect(setValue(file, 'a', 'v1')).toBe(file);
    expect(setValue(file, 'b', 5)).toBe(file);
    expect(setValue(file, 'c', true)).toBe(file);
    expect(setValue(file, 'd', 'no')).toBe(file);
    expect(setValue(file, 'e', '5')).toBe(file);
    expect(setValue(file, 'f', -0)).toBe(file);
  });

  test('can run twice with the same result', () => {
    const once = setValue(bytesOf('a: v1\n'), 'a', 'no');
    expect(setValue(once, 'a', 'no')).toBe(once);
  });

  test.each<[string, Value, string]>([
    ['a: no\n', 'no', 'a: "no"\n'],
    ['a: 0777\n', 777, 'a: 777\n'],
    ['a: 0777\n', 511, 'a: 511\n'],
    ['a: "5"\n', 5, 'a: 5\n'],
    ['a: 5\n', '5', 'a: "5"\n'],
  ])('rewrites %j for %j, because not every reader reads that there', (before, value, after) => {
    expect(textOf(setValue(bytesOf(before), 'a', value))).toBe(after);
  });

  test('does not touch the bytes that it is given', () => {
    const file = bytesOf('a: v1\n');
    setValue(file, 'a', 'v2');
    expect(textOf(file)).toBe('a: v1\n');
  });

  test('does not change Object.prototype', () => {
    setValue(
      bytesOf('__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n'),
      '__proto__.polluted',
      2,
    );
    expect('polluted' in {}).toBe(false);
  });

  test('takes a file of exactly the greatest size, and refuses to make it greater', () => {
    const file = bytesOf(`a: v1\n#${'x'.repeat(MAX_BYTES - 7)}`);
    expect(setValue(file, 'a', 'v2')).toHaveLength(MAX_BYTES);
    expect(refusalOf(() => setValue(file, 'a', 'v10')).code).toBe('too-large');
  });

  test('names the position, the value and the remedy', () => {
    const refusal = refusalOf(() =>
      setValue(bytesOf('\ufeffx: 1\r\nimage:\r\n  tag: *x\r\n'), 'image.tag', 'v2'),
    );
    expect(refusal).toMatchObject({ code: 'syntax', path: 'image.tag', line: 3, column: 8, value: 'x' });
    expect(refusal.message).toBe(
      'image.tag: *x has no anchor before it (line 3, column 8). Define &x first.',
    );
  });

  test('names the known keys if a key is missing', () => {
    const { message } = refusalOf(() =>
      setValue(bytesOf('image:\n  tag: v1\n  digest: x\n'), 'image.digset', 'y'),
    );
    expect(message).toBe('image.digset: "digset" does not exist (line 2, column 3). Known: tag, digest.');
  });
});
