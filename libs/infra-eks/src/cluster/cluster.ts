import * as eks from '@pulumi/aws/eks/index.js';
import * as pulumi from '@pulumi/pulumi';
import { InfraError, reasonsOf, type ClusterOutputs, type Relaxation } from '@slipway/infra-core';
import type { Network } from '../network/network.ts';
import { assertApart } from '../network/address-plan.ts';
import { allowAdmins } from './access.ts';
import { addAddons } from './addons.ts';
import { addControlPlane } from './control-plane.ts';
import { kubeconfig } from './kubeconfig.ts';
import { addNodeGroup, type NodeGroupSize } from './node-group.ts';

/**
 * Versions in EKS's standard support, newest last: 1.36 came on 2026-06-02 and stays until 2027-08-02
 * (EKS user guide, "Kubernetes versions"). One older one is here so that an upgrade has where to come from.
 */
export const SUPPORTED_VERSIONS = ['1.35', '1.36'];

export interface EksClusterArgs {
  /** The network that it lies in. */
  network: Network;
  /** Kubernetes minor version. @default the newest of {@link SUPPORTED_VERSIONS} */
  version?: string;
  /** Addresses of Kubernetes services; nothing outside the cluster sees them. @default `172.20.0.0/16` */
  serviceCidr?: string;
  /** Roles that administer the cluster through its API; the role that creates it is none of them by itself. */
  adminRoleArns?: readonly string[];
  /** The ARN of what its roles can do at most; see {@link platformBoundaryArn}. @default no limit */
  permissionsBoundary?: string;
  /** @default 3 to 6 of `m7i.large` */
  nodes?: NodeGroupSize;
  /** How long the control plane's logs are kept, in days. @default 365 */
  logDays?: number;
  /** Opens the API to these networks. Never to everybody. */
  publicAccess?: Relaxation & { cidrs: readonly string[] };
  /** Lets the cluster be deleted. */
  unprotected?: Relaxation;
  /** Stays on a version after its standard support, at several times the price. */
  extendedSupport?: Relaxation;
}

/** An EKS cluster: private, encrypted, logged, protected, with one managed node group and the add-ons that it needs. */
export class EksCluster extends pulumi.ComponentResource {
  readonly outputs: ClusterOutputs;

  /** @throws {InfraError} `unsupported` for a version, `invalid` for addresses that overlap or are open to everybody */
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

/** The arguments with every default filled in. */
export type EksClusterSettings = ReturnType<typeof withDefaults>;

function withDefaults(args: EksClusterArgs) {
  const { version = SUPPORTED_VERSIONS.at(-1) as string, serviceCidr = '172.20.0.0/16', publicAccess } = args;
  if (!SUPPORTED_VERSIONS.includes(version)) {
    throw new InfraError(
      'unsupported',
      `EKS ${version} is not in standard support. Use ${SUPPORTED_VERSIONS.join(' or ')}.`,
      { value: version },
    );
  }
  assertApart({ 'the network': args.network.cidr, 'the services': serviceCidr });
  const open = publicAccess?.cidrs.find((cidr) => /\/0$/.test(cidr));
  if (open !== undefined || publicAccess?.cidrs.length === 0) {
    throw new InfraError(
      'invalid',
      `publicAccess is open to ${open ?? 'everybody'}. List the networks that need it.`,
      { value: publicAccess?.cidrs },
    );
  }
  return { adminRoleArns: [], logDays: 365, nodes: {}, ...args, version, serviceCidr };
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
