import { at, must, resourcePolicy, type Policy } from '@slipway/stack';
import { actionsWithoutBounds } from './unbounded-actions.ts';

const ROLE = 'aws:iam/role:Role';

/** Policies for an account's Pulumi state and its CI roles. */
export const foundationPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'state-versioned',
    description: 'Old versions of the state are kept.',
    source: 'AWS Security Hub S3.14',
    types: ['aws:s3/bucketVersioning:BucketVersioning'],
    inspect: (versioning) =>
      must(
        versioning,
        'versioningConfiguration.status',
        'Enabled',
        'without its state a cluster cannot be managed',
      ),
  }),
  resourcePolicy({
    name: 'state-private',
    description: 'The state cannot be made public.',
    source: 'AWS Security Hub S3.8',
    types: ['aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock'],
    *inspect(block) {
      for (const path of [
        'blockPublicAcls',
        'blockPublicPolicy',
        'ignorePublicAcls',
        'restrictPublicBuckets',
      ]) {
        yield* must(block, path, true, 'the state contains secrets');
      }
    },
  }),
  resourcePolicy({
    name: 'state-encrypted',
    description: 'The state is encrypted with a customer-managed KMS key.',
    source: 'AWS Security Hub S3.17',
    types: ['aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration'],
    inspect: (encryption) =>
      must(
        encryption,
        'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm',
        'aws:kms',
        'the state contains secrets',
      ),
  }),
  resourcePolicy({
    name: 'trust-exact',
    description: 'A trust policy names exactly one subject and one audience, without wildcards.',
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
          message: 'Name one subject and the audience with StringEquals.',
          property,
          value: subject as never,
        };
      }
    },
  }),
  resourcePolicy({
    name: 'permissions-bounded',
    description:
      'CI roles have limited permissions: wide actions to a region, actions on roles to a path and a boundary.',
    source: 'AWS Security Hub IAM.1 and IAM.21',
    types: ['aws:iam/rolePolicy:RolePolicy', 'aws:iam/policy:Policy'],
    *inspect(policy) {
      for (const action of actionsWithoutBounds(at(policy, 'policy') ?? null)) {
        yield {
          message: `${action} is not limited. Name its resources or add a condition.`,
          property: 'policy',
          value: action,
        };
      }
    },
  }),
];
