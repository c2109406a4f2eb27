import { InfraError, type Relaxation } from '@slipway/infra-core';
import type { Network } from '../network/network.ts';
import { assertApart } from '../network/address-plan.ts';

/** The size of the managed node group. */
export interface NodeGroupSize {
  /** @default `m7i.large`: 2 processors, 8 GiB */
  instanceType?: string;
  /** Nodes at least; three keeps one in each zone. @default 3 */
  min?: number;
  /** Nodes at most. @default 6 */
  max?: number;
  /** Root volume in GiB. @default 50 */
  diskSize?: number;
}

/**
 * Versions in EKS's standard support, newest last: 1.36 came on 2026-06-02 and stays until 2027-08-02
 * (EKS user guide, "Kubernetes versions"). One older one is here so that an upgrade has where to come from.
 */
export const SUPPORTED_VERSIONS = ['1.35', '1.36'];

/** The arguments of `EksCluster`. */
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

/** The arguments with every default filled in. */
export type EksClusterSettings = ReturnType<typeof withDefaults>;

export function withDefaults(args: EksClusterArgs) {
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
