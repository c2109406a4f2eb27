import * as eks from '@pulumi/aws/eks/index.js';
import * as iam from '@pulumi/aws/iam/index.js';
import type { Resource } from '@pulumi/pulumi';
import { podTrust } from '../identity/trust.ts';

interface Addon {
  /** Who calls AWS on its behalf, and what it may do there. */
  identity?: { serviceAccount: string; policyArn: string };
  configuration?: Record<string, unknown>;
}

const ADDONS = {
  'vpc-cni': {
    identity: { serviceAccount: 'aws-node', policyArn: 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy' },
    configuration: { enableNetworkPolicy: 'true' },
  },
  'kube-proxy': {},
  'eks-pod-identity-agent': {},
  coredns: {},
  'aws-ebs-csi-driver': {
    identity: {
      serviceAccount: 'ebs-csi-controller-sa',
      policyArn: 'arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy',
    },
  },
} satisfies Record<string, Addon>;

/** Adds add-ons of EKS; those that call AWS do so with a role of their own, by Pod Identity. */
export function addAddons(
  name: string,
  cluster: eks.Cluster,
  names: readonly (keyof typeof ADDONS)[],
  before: readonly Resource[],
  parent: Resource,
): eks.Addon[] {
  return names.map((addonName) => {
    const { identity, configuration }: Addon = ADDONS[addonName];
    const title = `${name}-${addonName}`;
    return new eks.Addon(
      title,
      {
        clusterName: cluster.name,
        addonName,
        resolveConflictsOnCreate: 'OVERWRITE',
        resolveConflictsOnUpdate: 'OVERWRITE',
        ...(configuration && { configurationValues: JSON.stringify(configuration) }),
        ...(identity && {
          podIdentityAssociations: [
            { serviceAccount: identity.serviceAccount, roleArn: addRole(title, name, identity, parent).arn },
          ],
        }),
      },
      { parent, dependsOn: [...before] },
    );
  });
}

/** Add-ons run in `kube-system`; no identity of the platform reaches a namespace of an app. */
function addRole(
  title: string,
  cluster: string,
  { serviceAccount, policyArn }: { serviceAccount: string; policyArn: string },
  parent: Resource,
): iam.Role {
  const trust = podTrust({ cluster, namespace: 'kube-system', serviceAccount });
  const role = new iam.Role(title, { name: title, path: '/platform/', assumeRolePolicy: trust }, { parent });
  new iam.RolePolicyAttachment(title, { role: role.id, policyArn }, { parent });
  return role;
}
