/** For each type the properties whose change makes the cloud replace the resource instead of changing it. */
export type ForcingProperties = Readonly<Record<string, readonly string[]>>;

/**
 * Written by hand for the types that this project's libraries make: the arguments that the documentation of the provider
 * under @pulumi/aws 7.48 and @pulumi/linode 5.1.1 calls "forces new resource" (registry.terraform.io, a page a type). The
 * npm packages do not carry that mark, so nothing here derives it; `infra/check` holds each name against the SDK's inputs.
 * A property that is missing shows as an ordinary change in a diff; the engine's own preview always knows.
 */
export const FORCING_PROPERTIES: ForcingProperties = {
  'aws:cloudwatch/logGroup:LogGroup': ['name', 'logGroupClass'],
  'aws:ec2/eip:Eip': ['domain'],
  'aws:ec2/flowLog:FlowLog': ['vpcId', 'logDestination', 'trafficType', 'iamRoleArn'],
  'aws:ec2/launchTemplate:LaunchTemplate': ['name'],
  'aws:ec2/natGateway:NatGateway': ['subnetId', 'allocationId', 'connectivityType'],
  'aws:ec2/routeTable:RouteTable': ['vpcId'],
  'aws:ec2/securityGroup:SecurityGroup': ['name', 'description', 'vpcId'],
  'aws:ec2/subnet:Subnet': ['vpcId', 'cidrBlock', 'availabilityZone'],
  'aws:ec2/vpc:Vpc': ['cidrBlock'],
  'aws:ec2/vpcEndpoint:VpcEndpoint': ['vpcId', 'serviceName', 'vpcEndpointType'],
  'aws:ecr/repository:Repository': ['name', 'encryptionConfigurations'],
  'aws:eks/accessEntry:AccessEntry': ['clusterName', 'principalArn', 'type'],
  'aws:eks/addon:Addon': ['clusterName', 'addonName'],
  'aws:eks/cluster:Cluster': [
    'name',
    'roleArn',
    'accessConfig.bootstrapClusterCreatorAdminPermissions',
    'bootstrapSelfManagedAddons',
    'encryptionConfig',
    'kubernetesNetworkConfig.ipFamily',
    'kubernetesNetworkConfig.serviceIpv4Cidr',
  ],
  'aws:eks/nodeGroup:NodeGroup': [
    'amiType',
    'capacityType',
    'clusterName',
    'instanceTypes',
    'nodeGroupName',
    'nodeRoleArn',
    'subnetIds',
  ],
  'aws:eks/podIdentityAssociation:PodIdentityAssociation': ['clusterName', 'namespace', 'serviceAccount'],
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': ['url'],
  'aws:iam/policy:Policy': ['name', 'path', 'description'],
  'aws:iam/role:Role': ['name', 'path'],
  'aws:iam/rolePolicy:RolePolicy': ['name', 'role'],
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': ['role', 'policyArn'],
  'aws:kms/alias:Alias': ['name'],
  'aws:kms/key:Key': ['keyUsage', 'customerMasterKeySpec', 'multiRegion'],
  'aws:s3/bucket:Bucket': ['bucket', 'objectLockEnabled'],
  'linode:index/lkeCluster:LkeCluster': ['region', 'tier', 'aplEnabled'],
  'linode:index/objectStorageBucket:ObjectStorageBucket': ['cluster', 'endpointType', 'label', 'region'],
};
