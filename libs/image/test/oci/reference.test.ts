import { describe, expect, test } from 'vitest';
import { assertTags, parseRepository } from '../../src/oci/reference.ts';
import { failureOf } from '../support/failure-of.ts';

describe('a repository', () => {
  test.each([
    ['docker.io/team/app', 'docker.io', 'team/app'],
    ['docker.io/node', 'docker.io', 'library/node'],
    ['localhost/app', 'localhost', 'app'],
    ['https://localhost:5000/app', 'localhost:5000', 'app'],
    ['127.0.0.1:5000/a/b-c/d__e', '127.0.0.1:5000', 'a/b-c/d__e'],
    ['[::1]:5000/app', '[::1]:5000', 'app'],
    [
      '123456789012.dkr.ecr.eu-central-1.amazonaws.com/app',
      '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
      'app',
    ],
    ['GHCR.io/app', 'ghcr.io', 'app'],
  ])('%s names host and path', (text, host, path) => {
    expect(parseRepository(text)).toMatchObject({ kind: 'registry', host, path });
  });

  test('oci:DIR names a folder', () => {
    expect(parseRepository('oci:/x/../y')).toMatchObject({ kind: 'folder', folder: '/y' });
  });

  test.each([
    '',
    'app',
    'team/app',
    'oci:',
    'http://ghcr.io/app',
    'ghcr.io/',
    'ghcr.io/App',
    'ghcr.io/app:v1',
    'ghcr.io/a//b',
    'ghcr.io/../../v2',
    'user:password@ghcr.io/app',
    `ghcr.io/app@sha256:${'a'.repeat(64)}`,
    'ghcr.io/a?b',
    'gh cr.io/a',
  ])('%j is refused', async (text) => {
    expect((await failureOf(() => parseRepository(text))).code).toBe('invalid-input');
  });

  test('tags follow the specification', async () => {
    assertTags(['v1.0', 'sha-0123abc', '_x', 'A'.repeat(128)]);
    for (const tag of ['', '.x', '-x', 'a/b', 'ä', 'A'.repeat(129), 'a b']) {
      expect((await failureOf(() => assertTags([tag]))).value).toBe(tag);
    }
  });
});
