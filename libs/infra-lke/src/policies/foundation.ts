import { at, must, resourcePolicy, type Policy } from '@slipway/stack';

const BUCKET = 'linode:index/objectStorageBucket:ObjectStorageBucket';
const KEY = 'linode:index/objectStorageKey:ObjectStorageKey';

/** Policies for the Pulumi state of an environment on Linode. */
export const lkeFoundationPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'state-private',
    description: 'The state is private.',
    source: 'Akamai, "Object Storage access control"',
    types: [BUCKET],
    *inspect(bucket) {
      yield* must(bucket, 'acl', 'private', 'the state contains secrets');
      yield* must(bucket, 'corsEnabled', false, 'no web page needs the state');
    },
  }),
  resourcePolicy({
    name: 'state-versioned',
    description: 'Old versions of the state are kept for a year.',
    source: 'Akamai, "Object Storage versioning"',
    types: [BUCKET],
    *inspect(bucket) {
      yield* must(bucket, 'versioning', true, 'without its state a cluster cannot be managed');
      yield* must(
        bucket,
        'lifecycleRules[0].noncurrentVersionExpiration.days',
        365,
        'otherwise versions accumulate',
      );
    },
  }),
  resourcePolicy({
    name: 'state-protected',
    description: 'The engine refuses to delete the state.',
    source: 'Pulumi, "protect"',
    types: [BUCKET],
    *inspect({ options }) {
      if (options['protect'] !== true)
        yield { message: 'Set the option protect.', property: 'options.protect' };
    },
  }),
  resourcePolicy({
    name: 'key-limited',
    description: 'The key gives access to this bucket only, and is encrypted in the state.',
    source: 'Linode API, "Object Storage keys: bucket_access"',
    types: [KEY],
    *inspect(key) {
      const buckets = at(key, 'bucketAccesses');
      if (!Array.isArray(buckets) || buckets.length !== 1) {
        yield {
          message: 'Name one bucket: a key without a bucket gives access to all.',
          property: 'bucketAccesses',
          value: buckets,
        };
      }
      const secret = key.options['additionalSecretOutputs'];
      if (!Array.isArray(secret) || !secret.includes('secretKey')) {
        yield {
          message: 'Add secretKey to additionalSecretOutputs.',
          property: 'options.additionalSecretOutputs',
        };
      }
    },
  }),
  {
    name: 'no-token',
    description: 'No program creates an API token, because its rotation would be forgotten.',
    source: 'this project: the only long-lived token of development is created by hand and expires',
    *check({ resources }) {
      for (const { urn } of resources.filter(({ type }) => type === 'linode:index/token:Token')) {
        yield { message: 'Create the token by hand, with an expiry.', urn };
      }
    },
  },
];
