import {
  at,
  must,
  resourcePolicy,
  SECRET,
  type Graph,
  type GraphResource,
  type Policy,
  type Violation,
} from '@slipway/stack';

const CLUSTER = 'linode:index/lkeCluster:LkeCluster';

const poolsOf = (cluster: GraphResource) => {
  const pools = at(cluster, 'pools');
  return Array.isArray(pools) ? pools.keys() : [].keys();
};

/** Yields a violation for each pool in which the property does not hold. */
function* eachPool(
  cluster: GraphResource,
  path: string,
  holds: (value: unknown) => boolean,
  message: string,
): Iterable<Omit<Violation, 'urn'>> {
  const pools = [...poolsOf(cluster)];
  if (pools.length === 0) yield { message: 'The cluster has no pool.', property: 'pools' };
  for (const index of pools) {
    const property = `pools[${index}].${path}`;
    const value = at(cluster, property);
    if (!holds(value)) yield { message, property, value };
  }
}

function aclAddresses(cluster: GraphResource): string[] {
  const found = JSON.stringify(at(cluster, 'controlPlane.acl.addresses') ?? []);
  return [...found.matchAll(/"([^"]+\/\d+)"/g)].map(([, network]) => network as string);
}

/** Policies for an LKE cluster. */
export const clusterPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'api-listed',
    description: 'Only listed networks can reach the Kubernetes API.',
    source: 'Akamai, "LKE control plane ACL"; off unless it is set',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(cluster, 'controlPlane.acl.enabled', true, 'otherwise all networks can reach the API'),
  }),
  resourcePolicy({
    name: 'api-list-not-empty',
    description: 'At least one network can reach the Kubernetes API.',
    source: 'Akamai, "LKE control plane ACL"',
    types: [CLUSTER],
    *inspect(cluster) {
      if (aclAddresses(cluster).length === 0)
        yield { message: 'List at least one network.', property: 'controlPlane.acl.addresses' };
    },
  }),
  resourcePolicy({
    name: 'api-never-open',
    description: 'The list of networks does not include all addresses.',
    source: 'NSA/CISA Kubernetes Hardening Guide 1.2, "Control plane hardening"',
    types: [CLUSTER],
    *inspect(cluster) {
      const open = aclAddresses(cluster).find((network) => network.endsWith('/0'));
      if (open)
        yield {
          message: 'List only the networks that need the API.',
          property: 'controlPlane.acl.addresses',
          value: open,
        };
    },
  }),
  resourcePolicy({
    name: 'high-availability',
    description: 'The control plane is highly available.',
    source: 'Akamai, "High availability control plane on LKE"',
    relaxedBy: 'singleControlPlane',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(cluster, 'controlPlane.highAvailability', true, 'a failed control plane stops all deploys'),
  }),
  resourcePolicy({
    name: 'version-named',
    description: 'The Kubernetes version is an explicit minor version.',
    source: 'Linode API, "LKE versions"',
    types: [CLUSTER],
    *inspect(cluster) {
      const value = at(cluster, 'k8sVersion');
      if (!/^1\.(3[4-9]|[4-9]\d)$/.test(String(value))) {
        yield { message: 'Use 1.34 or newer.', property: 'k8sVersion', value };
      }
    },
  }),
  resourcePolicy({
    name: 'no-app-platform',
    description: 'Only this platform deploys to the cluster.',
    source: 'Akamai App Platform installs its own Argo CD and gateways',
    types: [CLUSTER],
    inspect: (cluster) => must(cluster, 'aplEnabled', false, 'two platforms would conflict'),
  }),
  resourcePolicy({
    name: 'standard-tier',
    description: 'The provider supports all settings of the tier.',
    source: '@pulumi/linode 5.1.1 cannot set the network of an enterprise cluster',
    types: [CLUSTER],
    inspect: (cluster) => must(cluster, 'tier', 'standard', 'the network of other tiers cannot be set'),
  }),
  resourcePolicy({
    name: 'cluster-protected',
    description: 'The engine refuses to delete the cluster.',
    source: 'Pulumi, "protect"',
    relaxedBy: 'unprotected',
    types: [CLUSTER],
    *inspect({ options }) {
      if (options['protect'] !== true)
        yield { message: 'Set the option protect.', property: 'options.protect' };
    },
  }),
  resourcePolicy({
    name: 'kubeconfig-secret',
    description: 'The kubeconfig is encrypted in the state, because it contains a credential.',
    source: 'Linode API, "LKE kubeconfig": an administrator\'s token',
    types: [CLUSTER],
    *inspect({ options }, { outputs }: Graph) {
      const property = 'options.additionalSecretOutputs';
      const secret = options['additionalSecretOutputs'];
      if (!Array.isArray(secret) || !secret.includes('kubeconfig'))
        yield { message: 'Add kubeconfig to additionalSecretOutputs.', property };
      const shown = outputs['kubeconfig'];
      if (shown !== undefined && !(typeof shown === 'object' && shown !== null && SECRET in shown)) {
        yield { message: 'Make the output kubeconfig a secret.', property: 'outputs.kubeconfig' };
      }
    },
  }),
  resourcePolicy({
    name: 'says-whose',
    description: 'The cluster has a tag with its environment.',
    source: 'this project: only tags distinguish the clusters of one account',
    types: [CLUSTER],
    *inspect(cluster, { stack }) {
      const tags = at(cluster, 'tags');
      if (!Array.isArray(tags) || !tags.includes(`environment:${stack}`)) {
        yield { message: `Add the tag environment:${stack}.`, property: 'tags', value: tags };
      }
    },
  }),
  resourcePolicy({
    name: 'encrypted-disks',
    description: 'Disks of nodes are encrypted.',
    source: 'Akamai, "Local disk encryption"',
    types: [CLUSTER],
    inspect: (cluster) =>
      eachPool(
        cluster,
        'diskEncryption',
        (value) => value === 'enabled',
        'Set it to enabled: a lost disk must not be readable.',
      ),
  }),
  resourcePolicy({
    name: 'pools-scale',
    description: 'Every pool scales automatically between bounds.',
    source: 'Linode API, "LKE node pool: autoscaler"',
    types: [CLUSTER],
    inspect: (cluster) =>
      eachPool(
        cluster,
        'autoscaler',
        (value) => typeof value === 'object' && value !== null,
        'Set min and max of the autoscaler.',
      ),
  }),
  resourcePolicy({
    name: 'pools-spread',
    description: 'A pool has at least three nodes.',
    source: 'Kubernetes, "Running in multiple zones"; one node then has at most a third of the workload',
    relaxedBy: 'small',
    types: [CLUSTER],
    inspect: (cluster) =>
      eachPool(cluster, 'autoscaler.min', (value) => Number(value) >= 3, 'Use at least three nodes.'),
  }),
  resourcePolicy({
    name: 'pools-bounded',
    description: 'A pool has at most 20 nodes.',
    source: 'this project: limits the cost of runaway scaling',
    types: [CLUSTER],
    inspect: (cluster) =>
      eachPool(cluster, 'autoscaler.max', (value) => Number(value) <= 20, 'Use at most 20 nodes.'),
  }),
  resourcePolicy({
    name: 'pools-say-whose',
    description: 'Nodes have a tag with their environment.',
    source: 'this project: nodes appear in the account’s list of instances',
    types: [CLUSTER],
    *inspect(cluster, { stack }) {
      const named = (tags: unknown) => Array.isArray(tags) && tags.includes(`environment:${stack}`);
      yield* eachPool(cluster, 'tags', named, `Add the tag environment:${stack}.`);
    },
  }),
];
