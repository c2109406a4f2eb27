import { describe, expect, it } from 'vitest';
import { githubSubject } from '../../src/index.ts';
import { REPOSITORY } from '../programs.ts';

describe('the subject of a workflow', () => {
  it('contains the ids, unless the repository has the legacy format', () => {
    expect(githubSubject(REPOSITORY, 'production')).toBe(
      'repo:acme@1000001/shop@2000002:environment:production',
    );
    expect(githubSubject({ ...REPOSITORY, subjectFormat: 'legacy' }, 'production')).toBe(
      'repo:acme/shop:environment:production',
    );
  });

  it('encodes a colon in the name of an environment like GitHub', () => {
    expect(githubSubject(REPOSITORY, 'a:b')).toBe('repo:acme@1000001/shop@2000002:environment:a%3Ab');
  });

  it.each([
    [{ owner: 'ac/me' }, 'production'],
    [{ owner: '*' }, 'production'],
    [{ repo: '' }, 'production'],
    [{ ownerId: 'acme' }, 'production'],
    [{ repoId: '0' }, 'production'],
    [{ repoId: '12*' }, 'production'],
    [{}, '*'],
    [{}, 'prod?'],
    [{}, ''],
  ])('is refused for %j and %j, which could match several subjects', (change, environment) => {
    expect(() => githubSubject({ ...REPOSITORY, ...change }, environment)).toThrow(/must be/);
  });
});
