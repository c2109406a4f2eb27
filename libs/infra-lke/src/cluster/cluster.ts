import { LkeCluster as Cluster } from '@pulumi/linode/lkeCluster.js';
import * as pulumi from '@pulumi/pulumi';
import {
  InfraError,
  reasonsOf,
  tagWords,
  type ClusterOutputs,
  type Relaxation,
  type Tags,
} from '@slipway/infra-core';
import { addFirewall } from './firewall.ts';
import { assertNetworks } from './networks.ts';
import { poolOf, type NodePool } from './node-pool.ts';

export interface LkeClusterArgs {
  /** As in `nl-ams`. It must offer Kubernetes; see {@link assertRegion}. */
  region: string;
  /** Kubernetes minor version. LKE must offer it; see {@link assertVersion}. */
  version: string;
  tags: Tags;
  /** The only networks that can reach the Kubernetes API. */
  apiNetworks: readonly string[];
  /** @default one pool of 3 to 5 nodes of type `g6-standard-2` */
  pools?: readonly NodePool[];
  /** A control plane without high availability. LKE can enable it later, but not disable it. */
  singleControlPlane?: Relaxation;
  /** Allows the cluster to be deleted. */
  unprotected?: Relaxation;
}

/** An LKE cluster: API for listed networks only, encrypted disks, scaling pools, load balancer firewall. */
export class LkeCluster extends pulumi.ComponentResource {
  readonly outputs: ClusterOutputs;

  /** @throws {InfraError} `invalid` for invalid networks, regions or pools */
  constructor(name: string, args: LkeClusterArgs, options: pulumi.ComponentResourceOptions) {
    const { region, version, tags, apiNetworks, pools = [{}], singleControlPlane, unprotected } = args;
    assertRegion(region);
    const addresses = assertNetworks(apiNetworks);
    const relaxations = {
      ...reasonsOf({ singleControlPlane, unprotected }),
      ...Object.assign({}, ...pools.map(({ small }) => reasonsOf({ small }))),
    };
    super('slipway:lke:Cluster', name, { relaxations }, options);
    const cluster = new Cluster(
      name,
      {
        label: name,
        region,
        k8sVersion: version,
        tier: 'standard',
        aplEnabled: false, // it would install its own Argo CD, Istio and gateways
        tags: tagWords(tags),
        controlPlane: {
          highAvailability: singleControlPlane === undefined,
          acl: { enabled: true, addresses: [addresses] },
        },
        pools: pools.map((pool) => poolOf(pool, tags)),
      },
      { parent: this, protect: unprotected === undefined, additionalSecretOutputs: ['kubeconfig'] },
    );
    const firewall = addFirewall(name, tags, this);
    this.outputs = {
      name: cluster.label,
      endpoint: cluster.apiEndpoints.apply((endpoints) => endpoints[0] as string),
      kubeconfig: pulumi.secret(cluster.kubeconfig.apply(decode)),
      region,
      facts: { clusterId: cluster.id, firewallId: firewall.id },
    };
    this.registerOutputs();
  }
}

/** LKE returns the kubeconfig in base64. */
function decode(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString('utf8');
}

function assertRegion(region: string): void {
  if (!/^[a-z]{2}-[a-z]{3,10}(-\d)?$/.test(region)) {
    throw new InfraError('invalid', `"${region}" is not a Linode region. Write it as in nl-ams.`, {
      value: region,
    });
  }
}
