import { InfraError } from '@slipway/infra-core';

/** A repository at GitHub, by names and by the ids that no other will ever get. */
export interface Repository {
  owner: string;
  ownerId: string;
  repo: string;
  repoId: string;
  /**
   * `immutable`: the format of repositories that were made, renamed or moved after 2026-07-15, and of those that opted
   * in; it carries the ids. `legacy`: names only, so whoever gets the name gets the trust. The repository's OIDC
   * settings show which one it has.
   * @default `immutable`
   */
  subjectFormat?: 'immutable' | 'legacy';
}

/**
 * The `sub` claim of a workflow that runs in an environment of a repository.
 *
 * @param environment the GitHub environment; GitHub writes a `:` in it as `%3A`
 * @throws {InfraError} `invalid` for a name or an id that cannot be one
 */
export function githubSubject(repository: Repository, environment: string): string {
  const { owner, ownerId, repo, repoId, subjectFormat = 'immutable' } = repository;
  for (const [key, value] of Object.entries({ owner, repo })) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) throw bad(key, value, 'a name at GitHub');
  }
  for (const [key, value] of Object.entries({ ownerId, repoId })) {
    if (!/^[1-9]\d{0,18}$/.test(value)) throw bad(key, value, 'the numeric id at GitHub');
  }
  if (!/^[^*?\s]{1,255}$/.test(environment))
    throw bad('environment', environment, 'a name without wildcards');
  const place = environment.replaceAll(':', '%3A');
  return subjectFormat === 'legacy'
    ? `repo:${owner}/${repo}:environment:${place}`
    : `repo:${owner}@${ownerId}/${repo}@${repoId}:environment:${place}`;
}

function bad(key: string, value: string, expected: string): InfraError {
  return new InfraError('invalid', `The ${key} "${value}" must be ${expected}.`, { value });
}
