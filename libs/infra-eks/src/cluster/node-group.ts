import * as ec2 from '@pulumi/aws/ec2/index.js';
import * as eks from '@pulumi/aws/eks/index.js';
import type { Resource } from '@pulumi/pulumi';
import { addPlatformRole } from '../identity/platform-role.ts';
import { serviceTrust } from '../identity/trust.ts';
import type { NodeGroupSize, EksClusterSettings } from './settings.ts';

/** Permissions of nodes: join the cluster and pull images. Pods get theirs by Pod Identity. */
const NODE_POLICIES = ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/** Adds a managed node group in the private subnets. Pods cannot read the node's credentials. */
export function addNodeGroup(
  name: string,
  cluster: eks.Cluster,
  { version, network, nodes, permissionsBoundary }: EksClusterSettings,
  before: readonly Resource[],
  parent: Resource,
): eks.NodeGroup {
  const { instanceType = 'm7i.large', min = 3, max = 6, diskSize = 50 } = nodes as NodeGroupSize;
  const title = `${name}-nodes`;
  const trust = serviceTrust('ec2.amazonaws.com');
  const { role, attachments } = addPlatformRole(
    title,
    { trust, managed: NODE_POLICIES, permissionsBoundary },
    parent,
  );
  const template = addTemplate(title, diskSize, parent);
  return new eks.NodeGroup(
    title,
    {
      clusterName: cluster.name,
      nodeGroupName: title,
      nodeRoleArn: role.arn,
      version,
      amiType: 'AL2023_x86_64_STANDARD',
      capacityType: 'ON_DEMAND',
      instanceTypes: [instanceType],
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      nodeRepairConfig: { enabled: true },
      scalingConfig: { minSize: min, maxSize: max, desiredSize: min },
      subnetIds: [...network.privateSubnetIds],
      updateConfig: { maxUnavailable: 1 },
    },
    // The autoscaler changes the number of nodes; without this an update would reset it.
    { parent, dependsOn: [...attachments, ...before], ignoreChanges: ['scalingConfig.desiredSize'] },
  );
}

function addTemplate(title: string, diskSize: number, parent: Resource): ec2.LaunchTemplate {
  return new ec2.LaunchTemplate(
    title,
    {
      name: title,
      // With a limit of one hop, pods cannot reach the node's credentials (EKS best practices, "Restrict
      // access to the instance profile").
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: { encrypted: 'true', volumeSize: diskSize, volumeType: 'gp3', deleteOnTermination: 'true' },
        },
      ],
      tagSpecifications: [{ resourceType: 'instance', tags: { Name: title } }],
      updateDefaultVersion: true,
    },
    { parent },
  );
}
