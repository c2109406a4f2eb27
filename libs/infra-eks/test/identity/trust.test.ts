import type { Graph, Value } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { foundationGraph } from '../programs.ts';
import { assumes, type Claims } from './assumes.ts';

type Format = 'immutable' | 'legacy';

const ISSUER = 'https://token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';
const ENVIRONMENTS = ['production', 'production-preview', 'production-publish', 'production-bootstrap'];

const repo = (format: Format, owner = 'acme', name = 'shop', ownerId = '1000001', repoId = '2000002') =>
  format === 'immutable' ? `repo:${owner}@${ownerId}/${name}@${repoId}` : `repo:${owner}/${name}`;

/** 40 tokens that must not be admitted, whichever format the repository has. */
function hostile(format: Format): Record<string, Claims> {
  const other: Format = format === 'immutable' ? 'legacy' : 'immutable';
  const ours = repo(format);
  const sub = (text: string): Claims => ({ iss: ISSUER, aud: AUDIENCE, sub: text });
  const right = `${ours}:environment:production`;
  return {
    'a pull request': sub(`${ours}:pull_request`),
    'a pull request from a fork': sub(`${repo(format, 'mallory', 'shop', '666', '777')}:pull_request`),
    'main, outside any environment': sub(`${ours}:ref:refs/heads/main`),
    'another branch': sub(`${ours}:ref:refs/heads/feature`),
    'a branch named like the environment': sub(`${ours}:ref:refs/heads/environment:production`),
    'a tag': sub(`${ours}:ref:refs/tags/v1`),
    'a tag named production': sub(`${ours}:ref:refs/tags/production`),
    'another environment': sub(`${ours}:environment:development`),
    'an environment with the same prefix': sub(`${ours}:environment:production2`),
    'an environment with the same suffix': sub(`${ours}:environment:pre-production`),
    'an environment in other case': sub(`${ours}:environment:Production`),
    'an environment in capitals': sub(`${ours}:environment:PRODUCTION`),
    'an environment with a space': sub(`${ours}:environment:production `),
    'an environment with a line end': sub(`${ours}:environment:production\n`),
    'an environment with a colon': sub(`${ours}:environment:production%3Aevil`),
    'an environment followed by more text': sub(`${ours}:environment:production:ref:refs/heads/main`),
    'an environment that is a wildcard': sub(`${ours}:environment:*`),
    'no environment': sub(`${ours}:environment:`),
    'no context': sub(ours),
    'a repository with the same prefix': sub(
      `${repo(format, 'acme', 'shop2', '1000001', '2000003')}:environment:production`,
    ),
    'a repository with the same suffix': sub(
      `${repo(format, 'acme', 'my-shop', '1000001', '2000004')}:environment:production`,
    ),
    'a repository in other case': sub(`${repo(format, 'acme', 'Shop')}:environment:production`),
    'another repository of the owner': sub(
      `${repo(format, 'acme', 'blog', '1000001', '2000005')}:environment:production`,
    ),
    'an owner in other case': sub(`${repo(format, 'Acme')}:environment:production`),
    'an owner with the same prefix': sub(
      `${repo(format, 'acme-evil', 'shop', '1000009', '2000009')}:environment:production`,
    ),
    'an owner with the same suffix': sub(
      `${repo(format, 'notacme', 'shop', '1000008', '2000008')}:environment:production`,
    ),
    'a fork of the same name': sub(`${repo(format, 'mallory', 'shop', '666', '777')}:environment:production`),
    // A repository that was created or renamed after 2026-07-15 has the immutable format, whatever ours has.
    'a recycled name, with other ids': sub(
      `${repo('immutable', 'acme', 'shop', '999', '888')}:environment:production`,
    ),
    'a recycled owner': sub(`${repo('immutable', 'acme', 'shop', '999', '2000002')}:environment:production`),
    'a repository renamed to ours': sub(
      `${repo('immutable', 'acme', 'shop', '1000001', '888')}:environment:production`,
    ),
    'ours in the other format': sub(`${repo(other)}:environment:production`),
    'ids with the same prefix': sub(
      `${repo('immutable', 'acme', 'shop', '1000001', '20000021')}:environment:production`,
    ),
    'a subject in front of ours': sub(`x${right}`),
    'ours inside a longer one': sub(`repo:mallory/x:environment:${right}`),
    'a subject that is empty': sub(''),
    'a subject that is a wildcard': sub('*'),
    'another audience': { ...sub(right), aud: 'https://github.com/acme' },
    'an audience in other case': { ...sub(right), aud: 'STS.amazonaws.com' },
    'another issuer': { ...sub(right), iss: 'https://token.actions.githubusercontent.com.evil.example' },
    'an issuer without TLS': { ...sub(right), iss: 'http://token.actions.githubusercontent.com' },
  };
}

const policiesOf = ({ resources }: Graph): Value[] =>
  resources
    .filter(({ type }) => type === 'aws:iam/role:Role')
    .map(({ inputs }) => inputs['assumeRolePolicy'] as Value);

describe.each<Format>(['immutable', 'legacy'])(
  'the trust policies of the CI roles, %s subjects',
  (subjectFormat) => {
    it('admit none of 40 hostile tokens to any role', async () => {
      const policies = policiesOf(await foundationGraph({ subjectFormat }));
      const tokens = Object.entries(hostile(subjectFormat));
      expect([policies.length, tokens.length]).toEqual([4, 40]);
      const admitted = tokens.filter(([, claims]) => policies.some((policy) => assumes(policy, claims)));
      expect(admitted.map(([name]) => name)).toEqual([]);
    });

    it('admit the workflow of each environment to its own role and to no other', async () => {
      const policies = policiesOf(await foundationGraph({ subjectFormat }));
      for (const environment of ENVIRONMENTS) {
        const claims = {
          iss: ISSUER,
          aud: AUDIENCE,
          sub: `${repo(subjectFormat)}:environment:${environment}`,
        };
        expect(policies.filter((policy) => assumes(policy, claims))).toHaveLength(1);
      }
    });

    it('would admit hostile tokens with a wildcard, which proves that the matcher can admit tokens', () => {
      const loose = {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRoleWithWebIdentity',
            Principal: { Federated: 'x' },
            Condition: {
              StringLike: {
                'token.actions.githubusercontent.com:sub': `${repo(subjectFormat).slice(0, 9)}*`,
              },
            },
          },
        ],
      };
      const admitted = Object.values(hostile(subjectFormat)).filter((claims) => assumes(loose, claims));
      expect(admitted.length).toBeGreaterThan(20);
    });
  },
);
