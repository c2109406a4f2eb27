import * as ec2 from '@pulumi/aws/ec2/index.js';
import * as vpc from '@pulumi/aws/vpc/index.js';
import type { Input } from '@pulumi/pulumi';
import type { ZoneSlot } from './subnets.ts';

/** The APIs that nodes and the platform's controllers call often; `eks-auth` is Pod Identity. */
const SERVICES = [
  'ec2',
  'ecr.api',
  'ecr.dkr',
  'eks',
  'eks-auth',
  'elasticloadbalancing',
  'kms',
  'logs',
  'sts',
];

/** Adds VPC endpoints: the private subnets reach AWS APIs without leaving the network. */
export function addEndpoints(
  args: ZoneSlot & {
    cidr: string;
    subnetIds: readonly Input<string>[];
    routeTableIds: readonly Input<string>[];
  },
): void {
  const { name, vpcId, cidr, region, subnetIds, routeTableIds, parent } = args;
  const inside = { parent };
  const title = `${name}-endpoints`;
  const group = new ec2.SecurityGroup(
    title,
    { name: title, description: 'HTTPS from inside the network to the endpoints of AWS', vpcId },
    inside,
  );
  new vpc.SecurityGroupIngressRule(
    title,
    { securityGroupId: group.id, cidrIpv4: cidr, ipProtocol: 'tcp', fromPort: 443, toPort: 443 },
    inside,
  );
  new ec2.VpcEndpoint(
    `${name}-s3`,
    {
      vpcId,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: 'Gateway',
      routeTableIds: [...routeTableIds],
    },
    inside,
  );
  for (const service of SERVICES) {
    new ec2.VpcEndpoint(
      `${name}-${service.replace('.', '-')}`,
      {
        vpcId,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: [...subnetIds],
        securityGroupIds: [group.id],
      },
      inside,
    );
  }
}
