import { InfraError } from '@slipway/infra-core';

/** A GitHub repository, by names and by ids. Ids are never reused. */
export interface Repository {
  owner: string;
  ownerId: string;
  repo: string;
  repoId: string;
  /**
   * The subject format, shown in the repository's OIDC settings. `immutable` contains the ids; repositories
   * that were created, renamed or moved after 2026-07-15, or that opted in, have it. `legacy` contains names
   * only: a later owner of the names is trusted, too.
   * @default `immutable`
   */
  subjectFormat?: 'immutable' | 'legacy';
}

/**
 * Returns the `sub` claim of a workflow that runs in an environment of a repository.
 *
 * @param environment the GitHub environment; GitHub encodes `:` as `%3A`
 * @throws {InfraError} `invalid` for an impossible name or id
 */
export function githubSubject(repository: Repository, environment: string): string {
  const { owner, ownerId, repo, repoId, subjectFormat = 'immutable' } = repository;
  for (const [key, value] of Object.entries({ owner, repo })) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) throw bad(key, value, 'a GitHub name');
  }
  for (const [key, value] of Object.entries({ ownerId, repoId })) {
    if (!/^[1-9]\d{0,18}$/.test(value)) throw bad(key, value, 'the numeric GitHub id');
  }
  if (!/^[^*?\s]{1,255}$/.test(environment))
    throw bad('environment', environment, 'a name without wildcards');
  const encoded = environment.replaceAll(':', '%3A');
  return subjectFormat === 'legacy'
    ? `repo:${owner}/${repo}:environment:${encoded}`
    : `repo:${owner}@${ownerId}/${repo}@${repoId}:environment:${encoded}`;
}

function bad(key: string, value: string, expected: string): InfraError {
  return new InfraError('invalid', `The ${key} "${value}" must be ${expected}.`, { value });
}
