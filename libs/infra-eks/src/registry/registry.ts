import * as ecr from '@pulumi/aws/ecr/index.js';
import * as kms from '@pulumi/aws/kms/index.js';
import * as pulumi from '@pulumi/pulumi';
import { InfraError, reasonsOf, type Relaxation } from '@slipway/infra-core';

export interface RegistryArgs {
  /** The services that get a repository. A push does not create repositories. */
  services: readonly string[];
  /** The prefix of the repositories' names. @default `services` */
  prefix?: string;
  /** The number of releases to keep. @default 100 */
  keep?: number;
  /** Allows deleting repositories that contain images. */
  unprotected?: Relaxation;
}

/** One repository per service: immutable tags, scanned and encrypted images. Old images expire. */
export class Registry extends pulumi.ComponentResource {
  /** Repository URLs by service. */
  readonly repositoryUrls: Readonly<Record<string, pulumi.Output<string>>>;

  /** @throws {InfraError} `invalid` for an empty list of services, or a name that ECR refuses */
  constructor(name: string, args: RegistryArgs, options: pulumi.ComponentResourceOptions) {
    const { services, prefix = 'services', keep = 100, unprotected } = args;
    assertServices(services);
    super('slipway:eks:Registry', name, { relaxations: reasonsOf({ unprotected }) }, options);
    const protect = unprotected === undefined;
    const key = new kms.Key(
      `${name}-registry`,
      { description: `Images of ${name}`, enableKeyRotation: true, deletionWindowInDays: 30 },
      { parent: this, protect },
    );
    const repositories = services.map((service) => {
      const repository = addRepository(this, `${prefix}/${service}`, service, key.arn, protect);
      addLifecycle(this, service, repository, keep);
      return [service, repository.repositoryUrl] as const;
    });
    new ecr.RegistryScanningConfiguration(
      name,
      {
        scanType: 'BASIC',
        rules: [
          { scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: [{ filter: '*', filterType: 'WILDCARD' }] },
        ],
      },
      { parent: this },
    );
    this.repositoryUrls = Object.fromEntries(repositories);
    this.registerOutputs();
  }
}

function addRepository(
  parent: Registry,
  name: string,
  service: string,
  kmsKey: pulumi.Input<string>,
  protect: boolean,
): ecr.Repository {
  return new ecr.Repository(
    service,
    {
      name,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: 'KMS', kmsKey }],
      forceDelete: !protect,
    },
    { parent, protect },
  );
}

/** Untagged images are left over from interrupted pushes. */
function addLifecycle(parent: Registry, service: string, repository: ecr.Repository, keep: number): void {
  const rules = [
    {
      rulePriority: 1,
      description: 'Remove what has no tag',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      description: `Keep the last ${keep} releases`,
      selection: {
        tagStatus: 'tagged',
        tagPatternList: ['sha-*'],
        countType: 'imageCountMoreThan',
        countNumber: keep,
      },
      action: { type: 'expire' },
    },
  ];
  new ecr.LifecyclePolicy(
    service,
    { repository: repository.name, policy: JSON.stringify({ rules }) },
    { parent },
  );
}

function assertServices(services: readonly string[]): void {
  const bad = services.find((service) => !/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(service));
  if (bad !== undefined || services.length === 0) {
    throw new InfraError(
      'invalid',
      bad === undefined
        ? 'The registry has no service. List at least one under services.'
        : `"${bad}" is not a valid repository name. Use lower-case letters, digits, and single dots, dashes or underscores between them.`,
      { value: bad ?? services },
    );
  }
}
