import * as eks from '@pulumi/aws/eks/index.js';
import type { Resource } from '@pulumi/pulumi';
import { addPlatformRole } from '../identity/platform-role.ts';
import { podTrust } from '../identity/trust.ts';

interface Addon {
  /** The service account that calls AWS, and its AWS managed policy. */
  identity?: { serviceAccount: string; managed: string };
  configuration?: Record<string, unknown>;
}

const ADDONS = {
  'vpc-cni': {
    identity: { serviceAccount: 'aws-node', managed: 'AmazonEKS_CNI_Policy' },
    configuration: { enableNetworkPolicy: 'true' },
  },
  'kube-proxy': {},
  'eks-pod-identity-agent': {},
  coredns: {},
  'aws-ebs-csi-driver': {
    identity: {
      serviceAccount: 'ebs-csi-controller-sa',
      managed: 'service-role/AmazonEBSCSIDriverPolicy',
    },
  },
} satisfies Record<string, Addon>;

/** Adds EKS add-ons. An add-on that calls AWS gets its own role by Pod Identity. */
export function addAddons(
  name: string,
  cluster: eks.Cluster,
  names: readonly (keyof typeof ADDONS)[],
  {
    before,
    permissionsBoundary,
    parent,
  }: { before: readonly Resource[]; permissionsBoundary: string | undefined; parent: Resource },
): eks.Addon[] {
  /** Add-ons run in `kube-system`; namespaces of apps cannot use their roles. */
  const roleArnOf = ({ serviceAccount, managed }: Required<Addon>['identity'], title: string) => {
    const trust = podTrust({ cluster: name, namespace: 'kube-system', serviceAccount });
    return addPlatformRole(title, { trust, managed: [managed], permissionsBoundary }, parent).role.arn;
  };
  return names.map((addonName) => {
    const { identity, configuration }: Addon = ADDONS[addonName];
    const title = `${name}-${addonName}`;
    const podIdentityAssociations = identity && [
      { serviceAccount: identity.serviceAccount, roleArn: roleArnOf(identity, title) },
    ];
    return new eks.Addon(
      title,
      {
        clusterName: cluster.name,
        addonName,
        resolveConflictsOnCreate: 'OVERWRITE',
        resolveConflictsOnUpdate: 'OVERWRITE',
        ...(configuration && { configurationValues: JSON.stringify(configuration) }),
        ...(podIdentityAssociations && { podIdentityAssociations }),
      },
      { parent, dependsOn: [...before] },
    );
  });
}
