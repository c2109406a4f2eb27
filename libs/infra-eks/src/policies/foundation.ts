import { at, must, resourcePolicy, type Policy } from '@slipway/stack';
import { actionsWithoutBounds } from './unbounded-actions.ts';

const ROLE = 'aws:iam/role:Role';

/** What must hold for an account's state and its identities of CI. */
export const foundationPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'state-versioned',
    description: 'The state keeps its older versions.',
    source: 'AWS Security Hub S3.14',
    types: ['aws:s3/bucketVersioning:BucketVersioning'],
    inspect: (versioning) =>
      must(
        versioning,
        'versioningConfiguration.status',
        'Enabled',
        'a state that is lost is a cluster nobody manages',
      ),
  }),
  resourcePolicy({
    name: 'state-private',
    description: 'Nothing can make the state public.',
    source: 'AWS Security Hub S3.8',
    types: ['aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock'],
    *inspect(block) {
      for (const path of [
        'blockPublicAcls',
        'blockPublicPolicy',
        'ignorePublicAcls',
        'restrictPublicBuckets',
      ]) {
        yield* must(block, path, true, 'the state holds secrets');
      }
    },
  }),
  resourcePolicy({
    name: 'state-encrypted',
    description: 'The state is encrypted with a key of ours.',
    source: 'AWS Security Hub S3.17',
    types: ['aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration'],
    inspect: (encryption) =>
      must(
        encryption,
        'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm',
        'aws:kms',
        'it holds secrets',
      ),
  }),
  resourcePolicy({
    name: 'trust-exact',
    description: 'Who may assume a role is named exactly: one subject, one audience, no wildcard.',
    source: 'GitHub, "Configuring OpenID Connect in Amazon Web Services"; AWS IAM, role trust for GitHub',
    types: [ROLE],
    *inspect(role) {
      const property = 'assumeRolePolicy';
      const conditions = at(role, `${property}.Statement[0].Condition`);
      const exact =
        (conditions as Record<string, Record<string, unknown>> | undefined)?.['StringEquals'] ?? {};
      const subject = exact['token.actions.githubusercontent.com:sub'];
      const audience = exact['token.actions.githubusercontent.com:aud'];
      const text = JSON.stringify(at(role, property) ?? '');
      if (typeof subject !== 'string' || audience !== 'sts.amazonaws.com' || /StringLike|\*/.test(text)) {
        yield {
          message: 'Name one subject and the audience by StringEquals.',
          property,
          value: subject as never,
        };
      }
    },
  }),
  resourcePolicy({
    name: 'permissions-bounded',
    description:
      'No role of CI may do everything: wide actions are bound to a region, roles to a path and a boundary.',
    source: 'AWS Security Hub IAM.1 and IAM.21',
    types: ['aws:iam/rolePolicy:RolePolicy', 'aws:iam/policy:Policy'],
    *inspect(policy) {
      for (const action of actionsWithoutBounds(at(policy, 'policy') ?? null)) {
        yield { message: `${action} has no bounds.`, property: 'policy', value: action };
      }
    },
  }),
];
