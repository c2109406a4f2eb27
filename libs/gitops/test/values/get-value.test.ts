import { describe, expect, test } from 'vitest';
import { getValue } from '../../src/values/index.ts';
import { bytesOf } from '../support/bytes.ts';
import { refusalOf } from '../support/refusal.ts';

describe('getValue reads', () => {
  test.each<[string, string | number | boolean | null]>([
    ['a: v1\n', 'v1'],
    ["a: 'it''s'\n", "it's"],
    ['a: "\\u2028"\n', '\u2028'],
    ['a: "5"\n', '5'],
    ['a: 5\n', 5],
    ['a: 1.50\n', 1.5],
    ['a: 1e3\n', 1000],
    ['a: true\n', true],
    ['a: ~\n', null],
    ['a:\n', null],
    ['? a\n', null],
    ['a: |\n  x\n  y\n', 'x\ny\n'],
    ['a: x\n  y\n', 'x y'],
    ['a: !!str 5\n', '5'],
    ['a: &x v1\nb: *x\n', 'v1'],
  ])('%j', (file, value) => {
    expect(getValue(bytesOf(file), 'a')).toBe(value);
  });

  test('list items by index', () => {
    expect(getValue(bytesOf('c:\n- image: v\n- image: w\n'), 'c[1].image')).toBe('w');
  });
});

describe('getValue refuses', () => {
  test.each([
    ['0777', 'number 777 in YAML 1.2 and number 511 in YAML 1.1'],
    ['yes', 'string yes in YAML 1.2 and boolean true in YAML 1.1'],
    ['0o17', 'number 15 in YAML 1.2 and string 0o17 in YAML 1.1'],
    ['1_000', 'string 1_000 in YAML 1.2 and number 1000 in YAML 1.1'],
    ['1:30', 'string 1:30 in YAML 1.2 and number 90 in YAML 1.1'],
    ['2024-01-02', 'string 2024-01-02 in YAML 1.2 and the date 2024-01-02T00:00:00.000Z in YAML 1.1'],
    ['12345678901234567890', 'is too large to be exact'],
  ])('%s, which is not the same to every reader', (text, problem) => {
    const refusal = refusalOf(() => getValue(bytesOf(`a: ${text}\n`), 'a'));
    expect(refusal).toMatchObject({ code: 'ambiguous-value', line: 1, column: 4, value: text });
    expect(refusal.message).toContain(problem);
  });

  test.each([
    ['a: {b: 1}\n', 'collection'],
    ['x: &x 1\na: *x\n', 'alias'],
    ['a: !!int 5\n', 'explicit-tag'],
    ['b: 1\n', 'missing'],
  ])('%j', (file, code) => {
    expect(refusalOf(() => getValue(bytesOf(file), 'a')).code).toBe(code);
  });
});
