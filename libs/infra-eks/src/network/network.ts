import * as ec2 from '@pulumi/aws/ec2/index.js';
import * as pulumi from '@pulumi/pulumi';
import { reasonsOf, type Relaxation } from '@slipway/infra-core';
import { planAddresses } from './address-plan.ts';
import { addEndpoints } from './endpoints.ts';
import { addFlowLogs } from './flow-logs.ts';
import { addPrivateSubnets, addPublicSubnets, addSubnets } from './subnets.ts';

export interface NetworkArgs {
  /** Addresses of the network, /16 to /20. */
  cidr: string;
  region: string;
  /**
   * Availability zones of the region, by their letters, three to six. Not every account has every letter of a region:
   * `aws ec2 describe-availability-zones`.
   * @default a, b and c
   */
  zones?: readonly string[];
  /** How long flow logs are kept, in days. @default 365 */
  flowLogDays?: number;
  /** The ARN of what its one role (for flow logs) can do at most. @default no limit */
  permissionsBoundary?: string;
  /** One NAT gateway instead of one in each zone: cheaper, and a zone that fails takes the way out of all with it. */
  singleNat?: Relaxation;
}

/**
 * A network in three zones or more: public subnets for load balancers, private ones for nodes with a way out, intra
 * ones for the control plane with none. Flow logs on, the default security group emptied, AWS's own APIs reached
 * without leaving the network.
 */
export class Network extends pulumi.ComponentResource {
  readonly region: string;
  readonly cidr: string;
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  readonly intraSubnetIds: readonly pulumi.Output<string>[];

  /** @throws {InfraError} `invalid` for a range or a number of zones that cannot be divided */
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
    // A security group without rules: what nobody decided reaches nothing.
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
