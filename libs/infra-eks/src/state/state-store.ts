import * as kms from '@pulumi/aws/kms/index.js';
import * as s3 from '@pulumi/aws/s3/index.js';
import * as pulumi from '@pulumi/pulumi';

/** The store of one environment's Pulumi state: a versioned bucket, and the key for its secrets. */
export class StateStore extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;

  /** @param args.bucket the bucket's name, which must be globally unique */
  constructor(name: string, args: { bucket: string }, options: pulumi.ComponentResourceOptions) {
    super('slipway:eks:StateStore', name, {}, options);
    const kept = { parent: this, protect: true };
    const key = new kms.Key(
      name,
      { description: `Pulumi state of ${name}`, enableKeyRotation: true, deletionWindowInDays: 30 },
      kept,
    );
    new kms.Alias(name, { name: `alias/${name}-pulumi`, targetKeyId: key.id }, { parent: this });
    const bucket = new s3.Bucket(name, { bucket: args.bucket, forceDestroy: false }, kept);
    this.#harden(name, bucket, key);
    this.bucket = bucket.id;
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.registerOutputs();
  }

  #harden(name: string, { id: bucket, arn }: s3.Bucket, key: kms.Key): void {
    const inside = { parent: this };
    new s3.BucketOwnershipControls(
      name,
      { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } },
      inside,
    );
    const blocked = new s3.BucketPublicAccessBlock(
      name,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      inside,
    );
    new s3.BucketVersioning(name, { bucket, versioningConfiguration: { status: 'Enabled' } }, inside);
    new s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.arn },
            bucketKeyEnabled: true,
          },
        ],
      },
      inside,
    );
    new s3.BucketLifecycleConfiguration(
      name,
      {
        bucket,
        rules: [
          { id: 'old-versions', status: 'Enabled', noncurrentVersionExpiration: { noncurrentDays: 365 } },
        ],
      },
      inside,
    );
    new s3.BucketPolicy(
      name,
      { bucket, policy: pulumi.jsonStringify(encryptedTransportOnly(arn)) },
      { ...inside, dependsOn: blocked },
    );
  }
}

function encryptedTransportOnly(arn: pulumi.Output<string>) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, pulumi.interpolate`${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}
