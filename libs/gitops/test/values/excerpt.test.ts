import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import type { Aim } from '../../src/values/aim.ts';
import { excerptOf, type Excerpt } from '../../src/values/excerpt.ts';
import { getValue, setValue, ValuesError, type Path } from '../../src/values/index.ts';
import { locate } from '../../src/values/location.ts';
import { targetAt } from '../../src/values/target.ts';
import { bytesOf, textOf } from './bytes.ts';
import { generatedFile } from './generated-file.ts';
import { nearlyPlainFile } from './plain-file.ts';

type Cut = (aim: Aim) => Excerpt | undefined;

/** 50,000 texts in every run, two million with SLIPWAY_DEEP=1. A failure prints its seed; SLIPWAY_SEED=<seed> repeats it. */
const numRuns = process.env['SLIPWAY_DEEP'] === '1' ? 2_000_000 : 50_000;
const seed = process.env['SLIPWAY_SEED'];
const parameters = { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };
const TIMEOUT = 1_800_000; // milliseconds, for the deep size on a loaded machine

/** Where the scalar of a path is written, or why it cannot be edited. */
function placeOf(aim: Aim, whole = (offset: number) => offset): string {
  try {
    const { start, end, style, node } = targetAt(aim, locate(aim), 'new');
    return JSON.stringify([whole(start), whole(end), style, node.value]);
  } catch (error) {
    if (error instanceof ValuesError) return error.code;
    throw error;
  }
}

/** Whether an excerpt, where there is one that leads to a scalar, leads to the one that the whole text has there. */
function agrees(cut: Cut, aim: Aim): boolean {
  const excerpt = cut(aim);
  if (excerpt === undefined) return true;
  const place = placeOf(excerpt.aim, excerpt.whole);
  return !place.startsWith('[') || place === placeOf(aim);
}

/** What a hasty reader does: the first line that has the last key. */
const firstLine: Cut = ({ text, path }) => {
  const found = new RegExp(`^ *${String(path.at(-1))}:.*\n?`, 'm').exec(text);
  return found
    ? { aim: { text: found[0], path: path.slice(-1) }, whole: (offset) => offset + found.index }
    : undefined;
};

describe('an excerpt', { timeout: TIMEOUT }, () => {
  test('leads to the scalar that the whole text has at its path, or nowhere', () => {
    let led = 0;
    const property = fc.property(nearlyPlainFile, (aim) => {
      led += excerptOf(aim) === undefined ? 0 : 1;
      return agrees(excerptOf, aim);
    });
    fc.assert(property, parameters);
    expect(led).toBeGreaterThan(numRuns / 10); // else nothing was tried
  });

  test('does so for files of every shape', () => {
    fc.assert(
      fc.property(generatedFile, ({ text, path }) =>
        agrees(excerptOf, { text: text.replace(/^\ufeff/, ''), path }),
      ),
      { ...parameters, numRuns: numRuns / 50 },
    );
  });

  test('that is the first line with the key leads astray (negative control)', () => {
    const control = fc.property(nearlyPlainFile, (aim) => agrees(firstLine, aim));
    expect(fc.check(control, { ...parameters, endOnFailure: true }).failed).toBe(true);
  });

  test.each<[string, Path, string]>([
    ['a: 1\nimage:\n  # why\n  tag: v1 # new\n  x: 2\nb: 3\n', ['image', 'tag'], 'image:\n  tag: v1 # new\n'],
    ['# head\n---\nimage: v1\r\nb: {a: [1, "2"]}\r\n', ['image'], 'image: v1\r\n'],
    ['data: |\n  image: no\n\n  more\nimage: v1\n', ['image'], 'image: v1\n'],
    [
      'apps:\n- name: a\n  tag: v1\n- name: b\n  tag: v2\n',
      ['apps', 1, 'tag'],
      'apps:\n- name: b\n  tag: v2\n',
    ],
    ['list:\n  - x\n  - y\n', ['list', 1], 'list:\n  - y\n'],
  ])('of %j at %j is %j', (text, path, lines) => {
    expect(excerptOf({ text, path })?.aim.text).toBe(lines);
  });

  test.each<[string, string]>([
    ['a value that goes on in the next line', 'a: x\n  y\nimage: v1\n'],
    ['a quote that is open', 'a: "x\nimage: v1\n'],
    ['an anchor', 'a: &x 1\nimage: v1\n'],
    ['a merge', '<<: {a: b}\nimage: v1\n'],
    ['the key twice', 'image: v1\nimage: v2\n'],
    ['a second document', 'image: v1\n---\na: 1\n'],
    ['a tab', '\ta: 1\nimage: v1\n'],
    ['an indentation that nobody opened', 'a:\n    b: 1\n  c: 2\nimage: v1\n'],
    ['a block whose lines lean out', 'a: |\n    x\n  y\nimage: v1\n'],
    ['a list that is open', 'a: [1,\nimage: v1\n'],
  ])('is not made of a text with %s', (_, text) => {
    expect(excerptOf({ text, path: ['image'] })).toBeUndefined();
    expect(excerptOf({ text: 'image: v1\n', path: ['image'] })).toBeDefined();
  });
});

/** 6 MB of lines, with one value in the middle that is looked for. */
const LARGE: Record<string, { path: string; line: (at: number) => string; head: string }> = {
  'keys on lines of their own': { path: 'k30000', head: '', line: (at) => `k${at}: value of ${at} # why\n` },
  'maps in maps': {
    path: 'apps.a30000.image.tag',
    head: 'apps:\n',
    line: (at) =>
      `  a${at}:\n    image:\n      repository: registry.example.com/a${at}\n      tag: "v${at}"\n    args: [--a, "b"]\n`,
  },
  'a list of maps': {
    path: 'apps[30000].tag',
    head: 'apps:\n',
    line: (at) => `  - name: a${at}\n    tag: v${at}\n    text: |\n      a line: "of ${at}\n`,
  },
};

describe('of 6 MB', { timeout: TIMEOUT }, () => {
  test.each(Object.entries(LARGE))(
    '%s: one scalar changes, and a few lines are parsed',
    (_, { path, head, line }) => {
      let text = head;
      for (let at = 0; text.length < 6_000_000 || at <= 30_000; at += 1) text += line(at);
      const before = bytesOf(text);
      const after = setValue(before, path, 'new');
      expect(getValue(after, path)).toBe('new');
      const segments = path
        .split(/[.[\]]+/)
        .filter(Boolean)
        .map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));
      expect(excerptOf({ text, path: segments })?.aim.text.length).toBeLessThan(500);
      const old = String(getValue(before, path));
      expect(textOf(after).length).toBe(text.length - old.length + 'new'.length);
      const lines = text.split('\n');
      const changed = textOf(after)
        .split('\n')
        .filter((now, at) => now !== lines[at]);
      expect(changed).toEqual([expect.stringContaining('new')]);
      expect(parseDocument(changed[0]?.trim() ?? '').toJS()).toEqual({ [String(segments.at(-1))]: 'new' });
    },
  );
});
