import { describe, expect, it } from 'vitest';
import { githubSubject } from '../../src/index.ts';
import { REPOSITORY } from '../programs.ts';

describe('the subject of a workflow', () => {
  it('carries the ids, unless the repository still has the older format', () => {
    expect(githubSubject(REPOSITORY, 'production')).toBe(
      'repo:acme@1000001/shop@2000002:environment:production',
    );
    expect(githubSubject({ ...REPOSITORY, subjectFormat: 'legacy' }, 'production')).toBe(
      'repo:acme/shop:environment:production',
    );
  });

  it('writes a colon in the name of an environment as GitHub does', () => {
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
  ])('is refused for %j and %j, which could mean more than one', (change, environment) => {
    expect(() => githubSubject({ ...REPOSITORY, ...change }, environment)).toThrow(/must be/);
  });
});
