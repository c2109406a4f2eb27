import * as Type from 'typebox';
import { expect, test } from 'vitest';
import { readJson } from '../../src/json/validate.ts';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

test('a deeply nested document is refused before it is parsed', () => {
  const before = process.memoryUsage().rss;
  expect(() => readJson(Type.Unknown(), nested(4_000_000), 'the index')).toThrow(
    'the index is nested deeper than 100 levels',
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  expect(readJson(Type.Unknown(), nested(100), 'the index')).toHaveLength(1);
});

test('brackets in strings do not count as nesting', () => {
  const text = JSON.stringify({ name: `\\"${nested(200)}\\`, list: [nested(200)] });
  expect(readJson(Type.Unknown(), text, 'the index')).toEqual(JSON.parse(text));
});
