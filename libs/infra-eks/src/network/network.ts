import * as ec2 from '@pulumi/aws/ec2/index.js';
import * as pulumi from '@pulumi/pulumi';
import { reasonsOf, type Relaxation } from '@slipway/infra-core';
import { planAddresses } from './address-plan.ts';
import { addEndpoints } from './endpoints.ts';
import { addFlowLogs } from './flow-logs.ts';
import { addPrivateSubnets, addPublicSubnets, addSubnets } from './subnets.ts';

export interface NetworkArgs {
  /** Address range of the network, /16 to /20. */
  cidr: string;
  region: string;
  /**
   * Letters of three to six availability zones of the region. An account may not have all letters; list them
   * with `aws ec2 describe-availability-zones`.
   * @default a, b and c
   */
  zones?: readonly string[];
  /** Retention of flow logs, in days. @default 365 */
  flowLogDays?: number;
  /** The ARN of the permissions boundary of its only role (for flow logs). @default no boundary */
  permissionsBoundary?: string;
  /** One NAT gateway instead of one per zone: cheaper, but without its zone, no zone has outbound traffic. */
  singleNat?: Relaxation;
}

/**
 * A network in three or more zones: public subnets for load balancers, private subnets with outbound traffic
 * for nodes, and intra subnets without it for the control plane. It has flow logs, an empty default security
 * group, and endpoints for AWS APIs.
 */
export class Network extends pulumi.ComponentResource {
  readonly region: string;
  readonly cidr: string;
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  readonly intraSubnetIds: readonly pulumi.Output<string>[];

  /** @throws {InfraError} `invalid` for an address range or a number of zones that cannot be divided */
  constructor(name: string, args: NetworkArgs, options: pulumi.ComponentResourceOptions) {
    const { cidr, region, zones = ['a', 'b', 'c'], flowLogDays = 365, permissionsBoundary, singleNat } = args;
    const plan = planAddresses(cidr, zones);
    super('slipway:eks:Network', name, { relaxations: reasonsOf({ singleNat }) }, options);
    const inside = { parent: this };
    const vpc = new ec2.Vpc(
      name,
      { cidrBlock: cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: { Name: name } },
      inside,
    );
    // Without rules: a resource without an explicit security group has no network access.
    new ec2.DefaultSecurityGroup(
      name,
      { vpcId: vpc.id, ingress: [], egress: [], tags: { Name: `${name}-default` } },
      inside,
    );
    const slot = { name, vpcId: vpc.id, region, zones, parent: this };
    const open = addPublicSubnets(slot, plan.public, singleNat === undefined ? zones.length : 1);
    const closed = addPrivateSubnets(slot, plan.private, open.natGatewayIds);
    const intra = addSubnets({ ...slot, kind: 'intra' }, plan.intra);
    addFlowLogs({ name, vpcId: vpc.id, days: flowLogDays, permissionsBoundary, parent: this });
    addEndpoints({
      ...slot,
      cidr,
      subnetIds: closed.subnetIds,
      routeTableIds: closed.routeTableIds,
    });
    this.region = region;
    this.cidr = cidr;
    this.vpcId = vpc.id;
    this.publicSubnetIds = open.subnetIds;
    this.privateSubnetIds = closed.subnetIds;
    this.intraSubnetIds = intra.map(({ id }) => id);
    this.registerOutputs();
  }
}
