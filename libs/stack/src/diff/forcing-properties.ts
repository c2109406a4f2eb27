/** By resource type, the properties whose change makes the cloud replace the resource. */
export type ForcingProperties = Readonly<Record<string, readonly string[]>>;

/**
 * The arguments that the Terraform providers under @pulumi/aws 7.48 and @pulumi/linode 5.1.1 document as
 * "forces new resource" (registry.terraform.io, one page per type), for the types that this project's
 * libraries create. Maintained by hand, because the npm packages do not contain this mark; `infra/check`
 * compares each name with the SDK's inputs. A missing property appears as an ordinary change in a diff; the
 * engine's preview always shows the replacement.
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
