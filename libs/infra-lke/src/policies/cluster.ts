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

/** A violation in each pool where it does not hold. */
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

/** What must hold for an LKE cluster itself. */
export const clusterPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'api-listed',
    description: 'The Kubernetes API answers listed networks only.',
    source: 'Akamai, "LKE control plane ACL"; off unless it is set',
    types: [CLUSTER],
    inspect: (cluster) => must(cluster, 'controlPlane.acl.enabled', true, 'it answers everybody otherwise'),
  }),
  resourcePolicy({
    name: 'api-list-not-empty',
    description: 'Somebody can reach the Kubernetes API.',
    source: 'Akamai, "LKE control plane ACL"',
    types: [CLUSTER],
    *inspect(cluster) {
      if (aclAddresses(cluster).length === 0)
        yield { message: 'List a network.', property: 'controlPlane.acl.addresses' };
    },
  }),
  resourcePolicy({
    name: 'api-never-open',
    description: 'The list of networks does not hold everybody.',
    source: 'NSA/CISA Kubernetes Hardening Guide 1.2, "Control plane hardening"',
    types: [CLUSTER],
    *inspect(cluster) {
      const open = aclAddresses(cluster).find((network) => network.endsWith('/0'));
      if (open)
        yield {
          message: 'Name the networks that need it.',
          property: 'controlPlane.acl.addresses',
          value: open,
        };
    },
  }),
  resourcePolicy({
    name: 'high-availability',
    description: 'There are several control planes.',
    source: 'Akamai, "High availability control plane on LKE"',
    relaxedBy: 'singleControlPlane',
    types: [CLUSTER],
    inspect: (cluster) =>
      must(cluster, 'controlPlane.highAvailability', true, 'one that fails stops every deploy'),
  }),
  resourcePolicy({
    name: 'version-named',
    description: 'The Kubernetes version is a minor that somebody chose.',
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
    description: 'Nothing but this platform delivers to the cluster.',
    source: 'Akamai App Platform brings an Argo CD and gateways of its own',
    types: [CLUSTER],
    inspect: (cluster) => must(cluster, 'aplEnabled', false, 'two platforms would fight'),
  }),
  resourcePolicy({
    name: 'standard-tier',
    description: 'The tier is one that the provider can describe whole.',
    source: '@pulumi/linode 5.1.1 has no network of an enterprise cluster',
    types: [CLUSTER],
    inspect: (cluster) => must(cluster, 'tier', 'standard', 'its network could not be set'),
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
    description: 'The kubeconfig, which holds a credential here, is encrypted in the state.',
    source: 'Linode API, "LKE kubeconfig": a token of an administrator',
    types: [CLUSTER],
    *inspect({ options }, { outputs }: Graph) {
      const property = 'options.additionalSecretOutputs';
      const secret = options['additionalSecretOutputs'];
      if (!Array.isArray(secret) || !secret.includes('kubeconfig'))
        yield { message: 'Name kubeconfig there.', property };
      const shown = outputs['kubeconfig'];
      if (shown !== undefined && !(typeof shown === 'object' && shown !== null && SECRET in shown)) {
        yield { message: 'The output kubeconfig must be a secret.', property: 'outputs.kubeconfig' };
      }
    },
  }),
  resourcePolicy({
    name: 'says-whose',
    description: 'The cluster says which environment it is.',
    source: 'this project: tags are all that tells clusters of one account apart',
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
        'A disk that is lost would be read.',
      ),
  }),
  resourcePolicy({
    name: 'pools-scale',
    description: 'Every pool scales by itself between bounds.',
    source: 'Linode API, "LKE node pool: autoscaler"',
    types: [CLUSTER],
    inspect: (cluster) =>
      eachPool(
        cluster,
        'autoscaler',
        (value) => typeof value === 'object' && value !== null,
        'Set min and max.',
      ),
  }),
  resourcePolicy({
    name: 'pools-spread',
    description: 'A pool has three nodes at least.',
    source: 'Kubernetes, "Running in multiple zones"; one node is a third of the work at most',
    relaxedBy: 'small',
    types: [CLUSTER],
    inspect: (cluster) =>
      eachPool(cluster, 'autoscaler.min', (value) => Number(value) >= 3, 'Use three or more.'),
  }),
  resourcePolicy({
    name: 'pools-bounded',
    description: 'A pool that runs away stops at 20 nodes.',
    source: 'this project: a bound on what a loop can cost',
    types: [CLUSTER],
    inspect: (cluster) =>
      eachPool(cluster, 'autoscaler.max', (value) => Number(value) <= 20, 'Use 20 at most.'),
  }),
  resourcePolicy({
    name: 'pools-say-whose',
    description: 'Nodes say which environment they belong to.',
    source: 'this project: nodes appear in the account’s list of instances',
    types: [CLUSTER],
    *inspect(cluster, { stack }) {
      const named = (tags: unknown) => Array.isArray(tags) && tags.includes(`environment:${stack}`);
      yield* eachPool(cluster, 'tags', named, `Add the tag environment:${stack}.`);
    },
  }),
];
