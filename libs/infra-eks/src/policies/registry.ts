import { must, resourcePolicy, type Policy } from '@slipway/stack';

const REPOSITORY = 'aws:ecr/repository:Repository';

/** What must hold for a registry. */
export const registryPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'tags-never-move',
    description: 'A tag names one image for ever.',
    source: 'AWS Security Hub ECR.2',
    types: [REPOSITORY],
    inspect: (repository) =>
      must(repository, 'imageTagMutability', 'IMMUTABLE', 'what was tested could be replaced'),
  }),
  resourcePolicy({
    name: 'images-scanned',
    description: 'Images are scanned when they arrive.',
    source: 'AWS Security Hub ECR.1',
    types: [REPOSITORY],
    inspect: (repository) =>
      must(repository, 'imageScanningConfiguration.scanOnPush', true, 'nobody would look otherwise'),
  }),
  resourcePolicy({
    name: 'images-encrypted',
    description: 'Images are encrypted with a key of ours.',
    source: 'AWS Security Hub ECR.5',
    types: [REPOSITORY],
    inspect: (repository) =>
      must(
        repository,
        'encryptionConfigurations[0].encryptionType',
        'KMS',
        'access cannot be taken back otherwise',
      ),
  }),
  {
    name: 'images-expire',
    description: 'Every repository has a lifecycle.',
    source: 'AWS Security Hub ECR.3',
    *check({ resources }) {
      const tended = resources.filter(({ type }) => type === 'aws:ecr/lifecyclePolicy:LifecyclePolicy');
      for (const { urn, name } of resources.filter(({ type }) => type === REPOSITORY)) {
        if (!tended.some((policy) => policy.name === name)) yield { message: 'Add a lifecycle policy.', urn };
      }
    },
  },
  resourcePolicy({
    name: 'repositories-protected',
    description: 'A repository with images in it cannot be deleted.',
    source: 'this project: a rollback needs the images of older releases',
    relaxedBy: 'unprotected',
    types: [REPOSITORY],
    inspect: (repository) => must(repository, 'forceDelete', false, 'rollbacks would find nothing'),
  }),
];
