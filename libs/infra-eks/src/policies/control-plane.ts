import { at, must, resourcePolicy, type Policy } from '@slipway/stack';
import { SUPPORTED_VERSIONS } from '../cluster/settings.ts';

const CLUSTER = 'aws:eks/cluster:Cluster';
const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup';
const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/** Policies for the control plane of an EKS cluster. */
export const controlPlanePolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'endpoint-private',
    description: 'The Kubernetes API has no public endpoint.',
    source: 'AWS Security Hub EKS.1; CIS Amazon EKS Benchmark 5.4.2',
    relaxedBy: 'publicAccess',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(cluster, 'vpcConfig.endpointPublicAccess', false, 'otherwise it is open to the Internet'),
  }),
  resourcePolicy({
    name: 'endpoint-never-open',
    description: 'A public endpoint, if enabled, is open to listed networks, never to all networks.',
    source: 'CIS Amazon EKS Benchmark 5.4.1',
    types: [CLUSTER],
    *inspect(cluster) {
      const cidrs = at(cluster, 'vpcConfig.publicAccessCidrs');
      const listed =
        Array.isArray(cidrs) && cidrs.length > 0 && cidrs.every((cidr) => !/\/0$/.test(String(cidr)));
      if (at(cluster, 'vpcConfig.endpointPublicAccess') !== false && !listed) {
        yield {
          message: 'List the networks that need the API.',
          property: 'vpcConfig.publicAccessCidrs',
          value: cidrs,
        };
      }
    },
  }),
  resourcePolicy({
    name: 'endpoint-inside',
    description: 'Nodes reach the API without leaving the network.',
    source: 'CIS Amazon EKS Benchmark 5.4.2',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(cluster, 'vpcConfig.endpointPrivateAccess', true, 'otherwise nodes reach it through the Internet'),
  }),
  resourcePolicy({
    name: 'access-by-api',
    description: 'Only access entries grant permissions, not a ConfigMap in the cluster.',
    source: 'EKS best practices, "Cluster access management"',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(
        cluster,
        'accessConfig.authenticationMode',
        'API',
        'otherwise workloads in the cluster could change the ConfigMap aws-auth',
      ),
  }),
  resourcePolicy({
    name: 'no-creator-admin',
    description: 'The role that creates the cluster does not become its administrator.',
    source: 'EKS best practices, "Create the cluster with a dedicated role"',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(
        cluster,
        'accessConfig.bootstrapClusterCreatorAdminPermissions',
        false,
        'otherwise an administrator exists that no access entry lists',
      ),
  }),
  resourcePolicy({
    name: 'all-logs',
    description: 'All five log types of the control plane are enabled.',
    source: 'AWS Security Hub EKS.8; CIS Amazon EKS Benchmark 2.1.1',
    types: [CLUSTER],
    *inspect(cluster) {
      const types = at(cluster, 'enabledClusterLogTypes');
      const missing = LOG_TYPES.filter((type) => !Array.isArray(types) || !types.includes(type));
      if (missing.length > 0) {
        yield {
          message: `Enable the log types ${missing.join(', ')}.`,
          property: 'enabledClusterLogTypes',
          value: types,
        };
      }
    },
  }),
  {
    name: 'logs-kept',
    description: "The control plane's logs are kept for at least 90 days, but not forever.",
    source: 'CIS Amazon EKS Benchmark 2.1; the retention is this project’s choice',
    *check({ resources }) {
      for (const { inputs, urn } of resources.filter(({ type }) => type === CLUSTER)) {
        const wanted = `/aws/eks/${String(inputs['name'])}/cluster`;
        const group = resources.find(({ type, inputs }) => type === LOG_GROUP && inputs['name'] === wanted);
        const days = group?.inputs['retentionInDays'];
        if (typeof days !== 'number' || days < 90) {
          yield {
            message: `Create the log group ${wanted} with a retention of 90 days or more.`,
            urn,
            property: 'retentionInDays',
            value: days,
          };
        }
      }
    },
  },
  resourcePolicy({
    name: 'secrets-encrypted',
    description: 'Kubernetes secrets are encrypted with a customer-managed KMS key.',
    source: 'AWS Security Hub EKS.3; CIS Amazon EKS Benchmark 5.3.1',
    types: [CLUSTER],
    *inspect(cluster) {
      yield* must(
        cluster,
        'encryptionConfig.resources',
        ['secrets'],
        'otherwise they are stored in plain text',
      );
      if (!/kms\/key/.test(String(at(cluster, 'encryptionConfig.provider.keyArn')))) {
        yield { message: 'Use a KMS key of this stack.', property: 'encryptionConfig.provider.keyArn' };
      }
    },
  }),
  resourcePolicy({
    name: 'keys-rotate',
    description: 'Every key rotates and is deleted only after a waiting period of 30 days.',
    source: 'CIS AWS Foundations Benchmark 3.6',
    types: ['aws:kms/key:Key'],
    *inspect(key) {
      yield* must(key, 'enableKeyRotation', true, 'otherwise a leaked key stays usable forever');
      yield* must(key, 'deletionWindowInDays', 30, 'data encrypted with a deleted key is lost');
    },
  }),
  resourcePolicy({
    name: 'deletion-protected',
    description: 'The cluster cannot be deleted by one call.',
    source: 'Amazon EKS user guide, "Protect EKS clusters from accidental deletion"',
    relaxedBy: 'unprotected',
    types: [CLUSTER],
    *inspect(cluster) {
      yield* must(cluster, 'deletionProtection', true, 'otherwise one call deletes the cluster');
      if (cluster.options['protect'] !== true) {
        yield { message: 'Set the option protect.', property: 'options.protect', value: false };
      }
    },
  }),
  resourcePolicy({
    name: 'standard-support',
    description: 'The cluster is upgraded before its version costs several times as much.',
    source: 'Amazon EKS user guide, "View current cluster upgrade policy"',
    relaxedBy: 'extendedSupport',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(cluster, 'upgradePolicy.supportType', 'STANDARD', 'otherwise extended support is enabled'),
  }),
  resourcePolicy({
    name: 'supported-version',
    description: 'The Kubernetes version is in standard support.',
    source: 'AWS Security Hub EKS.2',
    types: [CLUSTER],
    *inspect(cluster) {
      const version = at(cluster, 'version');
      if (!SUPPORTED_VERSIONS.includes(String(version))) {
        yield { message: `Use ${SUPPORTED_VERSIONS.join(' or ')}.`, property: 'version', value: version };
      }
    },
  }),
  resourcePolicy({
    name: 'no-hidden-addons',
    description: 'All add-ons are defined in the program; EKS installs none by default.',
    source: '@pulumi/aws 7.48, eks.Cluster.bootstrapSelfManagedAddons',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(cluster, 'bootstrapSelfManagedAddons', false, 'add-ons outside the program are never upgraded'),
  }),
];
