import { expect, test } from 'vitest';
import { nextKeys, sameKeys, type ActiveKey } from '../../src/keys/next-keys.ts';
import type { Key } from '../../src/webhook/key.ts';
import { newSecret, parseSecret } from '../../src/webhook/secret.ts';

const start = new Date('2026-11-23T08:00:00Z');
const later = new Date('2026-11-23T09:00:00Z');
const [a, b]: [Key, Key] = [makeKey('a'), makeKey('b')];
const problem = { file: 'bad', reason: 'it is bad' };

function makeKey(id: string): Key {
  return { id, secret: parseSecret(newSecret()) };
}

function active(...keys: Key[]): ActiveKey[] {
  return keys.map((key) => ({ ...key, since: start }));
}

test('a valid folder replaces the keys', () => {
  expect(nextKeys(active(a), { keys: [b], problems: [] }, later)).toEqual([{ ...b, since: later }]);
});

test('a key that stays keeps its age', () => {
  expect(nextKeys(active(a), { keys: [a, b], problems: [] }, later)).toEqual([
    { ...a, since: start },
    { ...b, since: later },
  ]);
});

test('a new secret under an old name is a new key', () => {
  const other = makeKey('a');
  expect(nextKeys(active(a), { keys: [other], problems: [] }, later)).toEqual([{ ...other, since: later }]);
});

test('a folder with a problem replaces no key', () => {
  const current = active(a);
  expect(nextKeys(current, { keys: [b], problems: [problem] }, later)).toBe(current);
});

test('an empty folder replaces no key', () => {
  const current = active(a);
  expect(nextKeys(current, { keys: [], problems: [] }, later)).toBe(current);
});

test('without current keys, the valid keys of a folder with a problem are used', () => {
  expect(nextKeys([], { keys: [b], problems: [problem] }, later)).toEqual([{ ...b, since: later }]);
});

test('two sets are equal if their names and secrets are equal', () => {
  expect(sameKeys([a, b], [a, b])).toBe(true);
  expect(sameKeys([a], [a, b])).toBe(false);
  expect(sameKeys([a, b], [a])).toBe(false);
  expect(sameKeys([a], [makeKey('a')])).toBe(false);
});
