import { at, must, resourcePolicy, type Policy } from '@slipway/stack';

const BUCKET = 'linode:index/objectStorageBucket:ObjectStorageBucket';
const KEY = 'linode:index/objectStorageKey:ObjectStorageKey';

/** What must hold for the state of an environment on Linode. */
export const lkeFoundationPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'state-private',
    description: 'The state is private.',
    source: 'Akamai, "Object Storage access control"',
    types: [BUCKET],
    *inspect(bucket) {
      yield* must(bucket, 'acl', 'private', 'the state holds secrets');
      yield* must(bucket, 'corsEnabled', false, 'no web page needs it');
    },
  }),
  resourcePolicy({
    name: 'state-versioned',
    description: 'The state keeps its older versions, for a year.',
    source: 'Akamai, "Object Storage versioning"',
    types: [BUCKET],
    *inspect(bucket) {
      yield* must(bucket, 'versioning', true, 'a state that is lost is a cluster nobody manages');
      yield* must(
        bucket,
        'lifecycleRules[0].noncurrentVersionExpiration.days',
        365,
        'versions would pile up',
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
    description: 'The key opens this bucket and no other, and is encrypted in the state.',
    source: 'Linode API, "Object Storage keys: bucket_access"',
    types: [KEY],
    *inspect(key) {
      const buckets = at(key, 'bucketAccesses');
      if (!Array.isArray(buckets) || buckets.length !== 1) {
        yield {
          message: 'Name one bucket; a key without any opens all.',
          property: 'bucketAccesses',
          value: buckets,
        };
      }
      const secret = key.options['additionalSecretOutputs'];
      if (!Array.isArray(secret) || !secret.includes('secretKey')) {
        yield { message: 'Name secretKey there.', property: 'options.additionalSecretOutputs' };
      }
    },
  }),
  {
    name: 'no-token',
    description: 'No program makes an API token: it would be a credential that nobody rotates.',
    source: 'this project: the one long-lived token of development is made by hand and expires',
    *check({ resources }) {
      for (const { urn } of resources.filter(({ type }) => type === 'linode:index/token:Token')) {
        yield { message: 'Make it by hand, with an expiry.', urn };
      }
    },
  },
];
