import { describe, expect, it } from 'vitest';
import { InfraError, nameFor, reasonsOf, tagsFor, tagWords } from '../src/index.ts';

describe('a name', () => {
  it('starts with its environment', () => {
    expect(nameFor('production', 'cluster', 'a1')).toBe('production-cluster-a1');
  });

  it.each(['', 'Upper', 'a_b', '-a', 'a-', 'a--b', '1a', 'ä', 'a.b'])(
    'cannot contain the part %j',
    (part) => {
      expect(() => nameFor('production', part)).toThrow(InfraError);
    },
  );

  it('has at most 63 characters', () => {
    expect(nameFor('a', 'b'.repeat(61))).toHaveLength(63);
    expect(() => nameFor('a', 'b'.repeat(62))).toThrow('the maximum is 63');
  });
});

describe('tags', () => {
  it('contain environment, stack and manager, as pairs or as texts', () => {
    const tags = tagsFor('development', 'cluster');
    expect(tags).toEqual({ environment: 'development', stack: 'cluster', 'managed-by': 'slipway' });
    expect(tagWords(tags)).toEqual(['environment:development', 'managed-by:slipway', 'stack:cluster']);
  });
});

describe('relaxations', () => {
  it('contain the options that are set, with their reasons', () => {
    expect(reasonsOf({ open: { reason: 'a test' }, closed: undefined })).toEqual({ open: 'a test' });
  });
});
