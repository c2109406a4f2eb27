import { must, resourcePolicy, type Policy } from '@slipway/stack';

const REPOSITORY = 'aws:ecr/repository:Repository';

/** Policies for a registry. */
export const registryPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'tags-never-move',
    description: 'Tags are immutable.',
    source: 'AWS Security Hub ECR.2',
    types: [REPOSITORY],
    inspect: (repository) =>
      must(repository, 'imageTagMutability', 'IMMUTABLE', 'otherwise a tested image can be replaced'),
  }),
  resourcePolicy({
    name: 'images-scanned',
    description: 'Images are scanned on push.',
    source: 'AWS Security Hub ECR.1',
    types: [REPOSITORY],
    inspect: (repository) =>
      must(repository, 'imageScanningConfiguration.scanOnPush', true, 'otherwise images are not scanned'),
  }),
  resourcePolicy({
    name: 'images-encrypted',
    description: 'Images are encrypted with a customer-managed KMS key.',
    source: 'AWS Security Hub ECR.5',
    types: [REPOSITORY],
    inspect: (repository) =>
      must(
        repository,
        'encryptionConfigurations[0].encryptionType',
        'KMS',
        'otherwise access to the images cannot be revoked by the key',
      ),
  }),
  {
    name: 'images-expire',
    description: 'Every repository has a lifecycle policy.',
    source: 'AWS Security Hub ECR.3',
    *check({ resources }) {
      const lifecycles = resources.filter(({ type }) => type === 'aws:ecr/lifecyclePolicy:LifecyclePolicy');
      for (const { urn, name } of resources.filter(({ type }) => type === REPOSITORY)) {
        if (!lifecycles.some((policy) => policy.name === name))
          yield { message: 'Add a lifecycle policy.', urn };
      }
    },
  },
  resourcePolicy({
    name: 'repositories-protected',
    description: 'A repository that contains images cannot be deleted.',
    source: 'this project: a rollback needs the images of older releases',
    relaxedBy: 'unprotected',
    types: [REPOSITORY],
    inspect: (repository) => must(repository, 'forceDelete', false, 'rollbacks need the older images'),
  }),
];
