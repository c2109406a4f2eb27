import { at, must, resourcePolicy, type GraphResource, type Policy } from '@slipway/stack';

const SUBNET = 'aws:ec2/subnet:Subnet';
const kindOf = (subnet: GraphResource) => at(subnet, 'tags.slipway:subnet');

/** Policies for the network of an EKS cluster. */
export const networkPolicies: readonly Policy[] = [
  {
    name: 'three-zones',
    description: 'Each kind of subnet exists in at least three zones.',
    source: 'EKS best practices, "Reliability: use multiple Availability Zones"',
    *check({ resources }) {
      for (const kind of ['public', 'private', 'intra']) {
        const subnets = resources.filter((resource) => resource.type === SUBNET && kindOf(resource) === kind);
        const zones = new Set(subnets.map((subnet) => at(subnet, 'availabilityZone')));
        if (zones.size < 3)
          yield {
            message: `The ${kind} subnets are in ${zones.size} zones. Use at least three.`,
            value: zones.size,
          };
      }
    },
  },
  resourcePolicy({
    name: 'no-public-addresses',
    description: 'Instances do not get public addresses automatically.',
    source: 'AWS Security Hub EC2.15',
    types: [SUBNET],
    inspect: (subnet) =>
      must(subnet, 'mapPublicIpOnLaunch', false, 'otherwise every instance is reachable from the Internet'),
  }),
  {
    name: 'nat-per-zone',
    description: 'A failed zone does not cut the outbound traffic of the other zones.',
    source: 'AWS Well-Architected, REL10-BP01',
    relaxedBy: 'singleNat',
    *check({ resources }) {
      const nats = resources.filter(({ type }) => type === 'aws:ec2/natGateway:NatGateway').length;
      const zones = resources.filter(
        (resource) => resource.type === SUBNET && kindOf(resource) === 'private',
      ).length;
      if (nats < Math.max(zones, 3)) {
        yield { message: `${nats} NAT gateways serve ${zones} zones. Use one in each zone.`, value: nats };
      }
    },
  },
  resourcePolicy({
    name: 'flow-logs',
    description: 'All traffic is recorded, including rejected traffic.',
    source: 'AWS Security Hub EC2.6; CIS AWS Foundations Benchmark 3.7',
    types: ['aws:ec2/flowLog:FlowLog'],
    inspect: (log) => must(log, 'trafficType', 'ALL', 'rejected traffic can show an attack'),
  }),
  resourcePolicy({
    name: 'empty-default-group',
    description: 'The default security group allows no traffic.',
    source: 'AWS Security Hub EC2.2; CIS AWS Foundations Benchmark 5.4',
    types: ['aws:ec2/defaultSecurityGroup:DefaultSecurityGroup'],
    *inspect(group) {
      yield* must(group, 'ingress', [], 'resources must use an explicit security group');
      yield* must(group, 'egress', [], 'resources must use an explicit security group');
    },
  }),
  resourcePolicy({
    name: 'no-open-port',
    description: 'No security group is open to all networks.',
    source: 'AWS Security Hub EC2.18 and EC2.19',
    types: ['aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'],
    *inspect(rule) {
      for (const property of ['cidrIpv4', 'cidrIpv6']) {
        const cidr = at(rule, property);
        if (/\/0$/.test(String(cidr)))
          yield { message: 'Name the networks that need the port.', property, value: cidr };
      }
    },
  }),
];
