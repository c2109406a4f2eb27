import { describe, expect, it } from 'vitest';
import { InfraError, nameFor, reasonsOf, tagsFor, tagWords } from '../src/index.ts';

describe('a name', () => {
  it('begins with its environment', () => {
    expect(nameFor('production', 'cluster', 'a1')).toBe('production-cluster-a1');
  });

  it.each(['', 'Upper', 'a_b', '-a', 'a-', 'a--b', '1a', 'ä', 'a.b'])('has no part %j', (part) => {
    expect(() => nameFor('production', part)).toThrow(InfraError);
  });

  it('ends at 63 letters', () => {
    expect(nameFor('a', 'b'.repeat(61))).toHaveLength(63);
    expect(() => nameFor('a', 'b'.repeat(62))).toThrow('names end at 63');
  });
});

describe('tags', () => {
  it('say environment, stack and who manages it, as pairs or as words', () => {
    const tags = tagsFor('development', 'cluster');
    expect(tags).toEqual({ environment: 'development', stack: 'cluster', 'managed-by': 'slipway' });
    expect(tagWords(tags)).toEqual(['environment:development', 'managed-by:slipway', 'stack:cluster']);
  });
});

describe('relaxations', () => {
  it('are the options that are set, with their reasons', () => {
    expect(reasonsOf({ open: { reason: 'a test' }, closed: undefined })).toEqual({ open: 'a test' });
  });
});
