import * as eks from '@pulumi/aws/eks/index.js';
import * as pulumi from '@pulumi/pulumi';
import { reasonsOf, type ClusterOutputs } from '@slipway/infra-core';
import type { Network } from '../network/network.ts';
import { allowAdmins } from './access.ts';
import { addAddons } from './addons.ts';
import { addControlPlane } from './control-plane.ts';
import { kubeconfig } from './kubeconfig.ts';
import { addNodeGroup } from './node-group.ts';
import { type EksClusterArgs, withDefaults } from './settings.ts';

/** An EKS cluster: private, encrypted, logged, protected, with one managed node group and its add-ons. */
export class EksCluster extends pulumi.ComponentResource {
  readonly outputs: ClusterOutputs;

  /** @throws {InfraError} `unsupported` for a version, `invalid` for overlapping addresses or a public API */
  constructor(name: string, args: EksClusterArgs, options: pulumi.ComponentResourceOptions) {
    const settings = withDefaults(args);
    const { network, permissionsBoundary, publicAccess, unprotected, extendedSupport } = settings;
    const relaxations = reasonsOf({ publicAccess, unprotected, extendedSupport });
    super('slipway:eks:Cluster', name, { relaxations }, options);
    const cluster = addControlPlane(name, settings, this);
    allowAdmins(name, cluster, settings.adminRoleArns, this);
    const parts = (before: pulumi.Resource[]) => ({ before, permissionsBoundary, parent: this });
    const before = addAddons(name, cluster, ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'], parts([]));
    const nodes = addNodeGroup(name, cluster, settings, before, this);
    addAddons(name, cluster, ['coredns', 'aws-ebs-csi-driver'], parts([nodes]));
    this.outputs = outputsOf(cluster, network);
    this.registerOutputs();
  }
}

function outputsOf(cluster: eks.Cluster, network: Network): ClusterOutputs {
  return {
    name: cluster.name,
    endpoint: cluster.endpoint,
    kubeconfig: kubeconfig(cluster, network.region),
    region: network.region,
    facts: {
      vpcId: network.vpcId,
      privateSubnetIds: network.privateSubnetIds,
      publicSubnetIds: network.publicSubnetIds,
    },
  };
}
