import * as eks from '@pulumi/aws/eks/index.js';
import type { Resource } from '@pulumi/pulumi';

/** Adds access entries that make roles administrators of a cluster. */
export function allowAdmins(
  name: string,
  cluster: eks.Cluster,
  roleArns: readonly string[],
  parent: Resource,
): void {
  for (const principalArn of roleArns) {
    const title = `${name}-${principalArn.split('/').at(-1)}`;
    const entry = new eks.AccessEntry(title, { clusterName: cluster.name, principalArn }, { parent });
    new eks.AccessPolicyAssociation(
      title,
      {
        clusterName: cluster.name,
        principalArn: entry.principalArn,
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
        accessScope: { type: 'cluster' },
      },
      { parent, dependsOn: entry },
    );
  }
}
