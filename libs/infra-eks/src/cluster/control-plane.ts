import * as cloudwatch from '@pulumi/aws/cloudwatch/index.js';
import * as eks from '@pulumi/aws/eks/index.js';
import * as kms from '@pulumi/aws/kms/index.js';
import type { Resource } from '@pulumi/pulumi';
import { addPlatformRole } from '../identity/platform-role.ts';
import { serviceTrust } from '../identity/trust.ts';
import type { EksClusterSettings } from './settings.ts';

/** All log types of EKS. */
const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/** Adds the control plane with its role, key and log group. */
export function addControlPlane(name: string, settings: EksClusterSettings, parent: Resource): eks.Cluster {
  const {
    version,
    network,
    serviceCidr,
    publicAccess,
    unprotected,
    extendedSupport,
    logDays,
    permissionsBoundary,
  } = settings;
  const inside = { parent };
  const protect = unprotected === undefined;
  const trust = serviceTrust('eks.amazonaws.com');
  const { role, attachments } = addPlatformRole(
    `${name}-control-plane`,
    { trust, managed: ['AmazonEKSClusterPolicy'], permissionsBoundary },
    parent,
  );
  const key = new kms.Key(
    `${name}-secrets`,
    { description: `Kubernetes secrets of ${name}`, enableKeyRotation: true, deletionWindowInDays: 30 },
    { ...inside, protect },
  );
  // Created before the cluster, because EKS would create it with unlimited retention.
  const logs = new cloudwatch.LogGroup(
    name,
    { name: `/aws/eks/${name}/cluster`, retentionInDays: logDays },
    inside,
  );
  return new eks.Cluster(
    name,
    {
      name,
      version,
      roleArn: role.arn,
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      deletionProtection: protect,
      upgradePolicy: { supportType: extendedSupport ? 'EXTENDED' : 'STANDARD' },
      enabledClusterLogTypes: LOG_TYPES,
      encryptionConfig: { provider: { keyArn: key.arn }, resources: ['secrets'] },
      kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: serviceCidr },
      vpcConfig: {
        subnetIds: [...network.intraSubnetIds],
        endpointPrivateAccess: true,
        endpointPublicAccess: publicAccess !== undefined,
        ...(publicAccess && { publicAccessCidrs: [...publicAccess.cidrs] }),
      },
      zonalShiftConfig: { enabled: true },
    },
    { ...inside, protect, dependsOn: [logs, ...attachments] },
  );
}
