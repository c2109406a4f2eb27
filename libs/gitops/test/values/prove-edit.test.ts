import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { proveReplaced, sameTree, type Replacement } from '../../src/values/prove-edit.ts';
import { refusalOf } from '../support/refusal.ts';

/** What a careless writer might do to the value of `a`. */
function replace(
  before: string,
  old: string,
  written: string,
  value: Replacement['value'],
  inFlow = false,
): void {
  const start = before.indexOf(old);
  const after = before.slice(0, start) + written + before.slice(start + old.length);
  proveReplaced({ text: before, path: ['a'] }, after, { start, old, written, value, inFlow });
}

describe('proveReplaced', () => {
  test('accepts one scalar with another text or style', () => {
    expect(() => replace('a: v1 # c\nb: 1\n', 'v1', 'v2', 'v2')).not.toThrow();
    expect(() => replace('a: v1 # c\nb: 1\n', 'v1', '"no"', 'no')).not.toThrow();
    expect(() => replace('a: "v1"\nb: 1\n', '"v1"', '5', 5)).not.toThrow();
    expect(() => replace('a: {b: v1, c: d}\n', 'v1', "'x'", 'x', true)).not.toThrow();
  });

  test.each([
    ['a plain text that is a boolean in YAML 1.1', 'a: v1\n', 'v1', 'no', 'no'],
    ['a plain text that is a number in YAML 1.2', 'a: v1\n', 'v1', '0o7', '0o7'],
    ['an octal number', 'a: v1\n', 'v1', '0777', 777],
    ['a text that starts a comment', 'a: v1\n', 'v1', 'x #y', 'x #y'],
    ['a text that is a map', 'a: v1\n', 'v1', 'x: y', 'x: y'],
    ['a text that swallows the next line', 'a: v1\n  # c\nb: 1\n', 'v1', '|', '|'],
    ['a quote that stays open', 'a: v1\nb: "x"\n', 'v1', '"x', 'x'],
    ['an anchor', 'a: v1\n', 'v1', '&x y', 'y'],
    ['an alias', 'a: v1\n', 'v1', '*x', 'x'],
    ['another line', 'a: v1\n', 'v1', 'x\nb: y', 'x'],
    ['a wrong value', 'a: v1\n', 'v1', 'v3', 'v2'],
    ['nothing', 'a: v1\n', 'v1', '', ''],
  ])('refuses %s', (_, before, old, written, value) => {
    expect(refusalOf(() => replace(before, old, written, value)).code).toBe('unproven');
  });

  test.each([
    ['a comma', 'x, y'],
    ['a bracket', 'x]'],
    ['a key', 'x: y'],
  ])('refuses %s in a flow list', (_, written) => {
    expect(refusalOf(() => replace('a: [v1]\n', 'v1', written, written, true)).code).toBe('unproven');
  });

  test('refuses a text in which something else changed too', () => {
    const aim = { text: 'a: v1\nb: 1\n', path: ['a'] };
    const replacement = { start: 3, old: 'v1', written: 'v2', value: 'v2', inFlow: false };
    for (const after of [
      'a: v2\nb: 2\n',
      'a: v2\nb: 1',
      'a: v2\nb: 1\nc: 1\n',
      'a: v2\n b: 1\n',
      'a:  v2\nb: 1\n',
    ])
      expect(refusalOf(() => proveReplaced(aim, after, replacement)).code).toBe('unproven');
  });

  test('refuses a text in which nothing was replaced', () => {
    const aim = { text: 'a: v1\n', path: ['a'] };
    const replacement = { start: 99, old: 'v1', written: 'v2', value: 'v2', inFlow: false };
    expect(refusalOf(() => proveReplaced(aim, aim.text, replacement)).code).toBe('unproven');
  });
});

describe('sameTree', () => {
  const tree = 'a: [1, {b: "x"}]\nc: &d !!str e\nf: *d\n';
  const contents = (text: string): unknown => parseDocument(text, { schema: 'failsafe' }).contents;

  test('holds for the same nodes in another layout', () => {
    expect(sameTree(contents(tree), contents('# c\na:\n  - 1\n  - b: "x"\nc: &d !!str  e\nf: *d'))).toBe(
      true,
    );
  });

  test.each([
    ['a value', 'a: [2, {b: "x"}]\nc: &d !!str e\nf: *d\n'],
    ['a style', 'a: [1, {b: x}]\nc: &d !!str e\nf: *d\n'],
    ['a key', 'a: [1, {B: "x"}]\nc: &d !!str e\nf: *d\n'],
    ['an item', 'a: [1, {b: "x"}, 2]\nc: &d !!str e\nf: *d\n'],
    ['a kind', 'a: [1, [b, "x"]]\nc: &d !!str e\nf: *d\n'],
    ['a tag', 'a: [1, {b: "x"}]\nc: &d e\nf: *d\n'],
    ['an anchor', 'a: [1, {b: "x"}]\nc: &e !!str e\nf: *e\n'],
    ['an alias', 'a: [1, {b: "x"}]\nc: &d !!str e\nf: d\n'],
  ])('does not hold when %s differs', (_, other) => {
    expect(sameTree(contents(tree), contents(other))).toBe(false);
  });
});
