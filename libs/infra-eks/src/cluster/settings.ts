import { InfraError, type Relaxation } from '@slipway/infra-core';
import type { Network } from '../network/network.ts';
import { assertApart } from '../network/address-plan.ts';

/** The size of the managed node group. */
export interface NodeGroupSize {
  /** @default `m7i.large`: 2 processors, 8 GiB */
  instanceType?: string;
  /** Minimum number of nodes; three keeps one in each zone. @default 3 */
  min?: number;
  /** Maximum number of nodes. @default 6 */
  max?: number;
  /** Root volume in GiB. @default 50 */
  diskSize?: number;
}

/**
 * Versions in EKS standard support, newest last: 1.36 was released on 2026-06-02 and is supported until
 * 2027-08-02 (EKS user guide, "Kubernetes versions"). One older version is included as the start of an upgrade.
 */
export const SUPPORTED_VERSIONS = ['1.35', '1.36'];

export interface EksClusterArgs {
  /** The network of the cluster. */
  network: Network;
  /** Kubernetes minor version. @default the newest in {@link SUPPORTED_VERSIONS} */
  version?: string;
  /** Address range of Kubernetes services, visible only inside the cluster. @default `172.20.0.0/16` */
  serviceCidr?: string;
  /** Roles that administer the cluster. The role that creates it is not one by default. @default none */
  adminRoleArns?: readonly string[];
  /** The permissions boundary of its roles, see {@link platformBoundaryArn}. @default no boundary */
  permissionsBoundary?: string;
  /** @default 3 to 6 nodes of type `m7i.large` */
  nodes?: NodeGroupSize;
  /** Retention of the control plane's logs, in days. @default 365 */
  logDays?: number;
  /** Opens the API to these networks; a range of size /0 is refused. */
  publicAccess?: Relaxation & { cidrs: readonly string[] };
  /** Allows the cluster to be deleted. */
  unprotected?: Relaxation;
  /** Keeps a version after its standard support, at several times the price. */
  extendedSupport?: Relaxation;
}

/** The arguments with defaults applied. */
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
      `publicAccess is open to ${open ?? 'all networks'}. List the networks that need it.`,
      { value: publicAccess?.cidrs },
    );
  }
  return { adminRoleArns: [], logDays: 365, nodes: {}, ...args, version, serviceCidr };
}
