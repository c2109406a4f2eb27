import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/ledger/ledger-message.ts';
import type { HistoryEntry } from '../../src/ledger/ledger-history.ts';
import { previousRelease, releasesIn, releasesNamed } from '../../src/interventions/rollback-target.ts';
import { digestOf } from '../support/workspace.ts';

const id = (letter: string): string => letter.charCodeAt(0).toString(16).repeat(20);

/**
 * A history from a word a step, oldest first: `A` releases A, `<A` rolls back to it, `!A` holds it, `-` removes.
 */
function history(text: string): HistoryEntry[] {
  const actions: Record<string, Action> = { '<': 'rollback', '!': 'hold', '-': 'remove' };
  return text
    .split(' ')
    .map((word, at): HistoryEntry => {
      const action = actions[word[0] as string] ?? 'release';
      const entry = { commit: `c${at}`.padEnd(40, '0'), at: '', by: '', action, changed: [] };
      return action === 'remove' ? entry : { ...entry, release: record(word.at(-1) as string, action) };
    })
    .reverse();
}

function record(name: string, action: Action) {
  const config = id(name);
  const image = { repository: 'r/api', tag: `tag-${name}`, digest: digestOf(name) };
  const hold = { by: 'ada', reason: 'x', since: '2026-11-23T00:00:00Z' };
  const release = { image, release: { source: config, config, chart: 'c' } };
  return action === 'hold' || action === 'rollback' ? { ...release, hold } : release;
}

describe('a rollback without a target', () => {
  it.each([
    ['A B', 'A'],
    ['A B C', 'B'],
    ['A B !B', 'A'],
    ['A B <A', undefined],
    ['A B C <B', 'A'], // twice goes back two, not forth again
    ['A B C <B <A', undefined],
    ['A B C D <C <B', 'A'],
    ['A B C <B D', 'B'], // what ran before D, not the C that was rolled back
    ['A B C <B D <B', 'A'],
    ['A B A', 'B'], // a revert is a release like any other
    ['A - B', 'A'],
    ['A', undefined],
    ['A !A', undefined],
  ])('after %s goes to %s', (text, expected) => {
    expect(previousRelease(history(text))?.release.image?.tag).toBe(expected && `tag-${expected}`);
  });
});

describe('the releases of a history', () => {
  it('omit entries that only held or removed', () => {
    const tags = releasesIn(history('A !A B - B <A')).map(({ release }) => release.image?.tag);
    expect(tags).toEqual(['tag-A', 'tag-B', 'tag-A']);
  });
});

describe('a word names releases', () => {
  const entries = history('A B !B');
  it.each([
    ['by tag', 'tag-A', ['tag-A']],
    ['by digest', digestOf('A'), ['tag-A']],
    ['by the start of a digest', digestOf('A').slice(0, 20), ['tag-A']],
    ['by the bare start of a digest', digestOf('A').slice(7, 14), ['tag-A']],
    ['by configuration commit', id('B'), ['tag-B', 'tag-B']],
    ['by the start of a configuration commit', id('A').slice(0, 7), ['tag-A']],
    ['by commit of the ledger', 'c0'.padEnd(40, '0'), ['tag-A']],
    ['not by fewer than 7 digits', id('A').slice(0, 6), []],
    ['not by the start of a tag', 'tag', []],
    ['not by a pattern', '.*', []],
  ])('%s', (_, word, tags) => {
    expect(releasesNamed(entries, word).map(({ release }) => release.image?.tag)).toEqual(tags);
  });
});
