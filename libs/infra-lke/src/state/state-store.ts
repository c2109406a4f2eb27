import { ObjectStorageBucket } from '@pulumi/linode/objectStorageBucket.js';
import { ObjectStorageKey } from '@pulumi/linode/objectStorageKey.js';
import * as pulumi from '@pulumi/pulumi';

export interface StateStoreArgs {
  /** It must offer Object Storage; see {@link assertRegion}. */
  region: string;
  /** The bucket's name. It must be unique in its region. */
  bucket: string;
}

/** The store of an environment's Pulumi state: a private, versioned bucket and a key for it only. */
export class StateStore extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly accessKey: pulumi.Output<string>;
  readonly secretKey: pulumi.Output<string>;

  constructor(
    name: string,
    { region, bucket: label }: StateStoreArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super('slipway:lke:StateStore', name, {}, options);
    // The provider sets versioning and lifecycle through the S3 interface, with short-lived keys that it
    // creates.
    const bucket = new ObjectStorageBucket(
      name,
      {
        label,
        region,
        acl: 'private',
        corsEnabled: false,
        versioning: true,
        lifecycleRules: [{ id: 'old-versions', enabled: true, noncurrentVersionExpiration: { days: 365 } }],
      },
      { parent: this, protect: true },
    );
    const key = new ObjectStorageKey(
      name,
      {
        label: `${name}-state`,
        bucketAccesses: [{ bucketName: bucket.label, region, permissions: 'read_write' }],
      },
      { parent: this, additionalSecretOutputs: ['accessKey', 'secretKey'] },
    );
    this.bucket = bucket.label;
    this.accessKey = pulumi.secret(key.accessKey);
    this.secretKey = pulumi.secret(key.secretKey);
    this.registerOutputs();
  }
}
