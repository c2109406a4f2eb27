import { describe, expect, it } from 'vitest';
import { parseUntil } from '../../src/index.ts';

const NOW = Date.parse('2026-11-23T10:00:00.500Z');

describe('the end of a hold', () => {
  it.each([
    ['90m', '2026-11-23T11:30:00Z'],
    ['2h', '2026-11-23T12:00:00Z'],
    ['3d', '2026-11-26T10:00:00Z'],
    ['1w', '2026-11-30T10:00:00Z'],
    ['1d12h', '2026-11-24T22:00:00Z'],
    ['2026-12-01', '2026-12-01T00:00:00Z'],
    ['2026-12-01T08:00Z', '2026-12-01T08:00:00Z'],
    ['2026-12-01T08:00:30+02:00', '2026-12-01T06:00:30Z'],
    ['2028-02-29', '2028-02-29T00:00:00Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseUntil(text, NOW)).toBe(expected);
  });

  it.each([
    [''],
    ['tomorrow'],
    ['2'],
    ['h'],
    ['2 h'],
    ['-2h'],
    ['1.5h'],
    ['2y'],
    ['2H'],
    ['2026-12-01T08:00'], // whose eight o'clock?
    ['2026-02-30'],
    ['2027-02-29T08:00Z'],
    ['2026-12-01T25:00Z'],
    ['01.12.2026'],
    ['9999999999999999w'],
  ])('%j is refused, with what would do', (text) => {
    expect(() => parseUntil(text, NOW)).toThrow(
      expect.objectContaining({
        code: 'usage',
        value: text,
        message: expect.stringContaining('Write a duration (90m, 2h, 1d12h, 2w)') as string,
      }),
    );
  });

  it.each([['0m'], ['2026-11-23'], ['2026-11-23T10:00:00Z']])('%s is refused: it has passed', (text) => {
    expect(() => parseUntil(text, NOW)).toThrow(/is not in the future/);
  });
});
