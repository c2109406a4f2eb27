import * as ec2 from '@pulumi/aws/ec2/index.js';
import type { Input, Output, Resource } from '@pulumi/pulumi';

/** The network and zones in which subnets are created. */
export interface ZoneSlot {
  name: string;
  vpcId: Input<string>;
  region: string;
  /** Letters of availability zones of the region. */
  zones: readonly string[];
  parent: Resource;
}

/** The load balancer controller finds subnets for public and internal load balancers by these tags. */
const ROLES = {
  public: { 'kubernetes.io/role/elb': '1' },
  private: { 'kubernetes.io/role/internal-elb': '1' },
  intra: {},
} as const;

/** Adds one subnet per zone. Instances do not get public addresses automatically. */
export function addSubnets(
  { name, vpcId, region, zones, parent, kind }: ZoneSlot & { kind: keyof typeof ROLES },
  cidrs: readonly string[],
): ec2.Subnet[] {
  return zones.map((zone, at) => {
    const title = `${name}-${kind}-${zone}`;
    return new ec2.Subnet(
      title,
      {
        vpcId,
        availabilityZone: `${region}${zone}`,
        cidrBlock: cidrs[at] as string,
        mapPublicIpOnLaunch: false,
        tags: { Name: title, 'slipway:subnet': kind, ...ROLES[kind] },
      },
      { parent },
    );
  });
}

/** Adds public subnets with an internet gateway, and NAT gateways in the first `nats` of them. */
export function addPublicSubnets(
  slot: ZoneSlot,
  cidrs: readonly string[],
  nats: number,
): { subnetIds: Output<string>[]; natGatewayIds: Output<string>[] } {
  const { name, vpcId, parent } = slot;
  const inside = { parent };
  const gateway = new ec2.InternetGateway(name, { vpcId, tags: { Name: name } }, inside);
  const subnets = addSubnets({ ...slot, kind: 'public' }, cidrs);
  const title = `${name}-public`;
  const table = new ec2.RouteTable(title, { vpcId, tags: { Name: title } }, inside);
  new ec2.Route(
    title,
    { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.id },
    inside,
  );
  associate(slot, 'public', subnets, [table]);
  const natGatewayIds = subnets.slice(0, nats).map((subnet, at) => {
    const nat = `${name}-${slot.zones[at]}`;
    const address = new ec2.Eip(
      nat,
      { domain: 'vpc', tags: { Name: nat } },
      { ...inside, dependsOn: gateway },
    );
    return new ec2.NatGateway(
      nat,
      { subnetId: subnet.id, allocationId: address.id, tags: { Name: nat } },
      inside,
    ).id;
  });
  return { subnetIds: subnets.map(({ id }) => id), natGatewayIds };
}

/** Adds private subnets. Each uses the NAT gateway of its zone, or the only one. */
export function addPrivateSubnets(
  slot: ZoneSlot,
  cidrs: readonly string[],
  natGatewayIds: readonly Output<string>[],
): { subnetIds: Output<string>[]; routeTableIds: Output<string>[] } {
  const { name, vpcId, zones, parent } = slot;
  const subnets = addSubnets({ ...slot, kind: 'private' }, cidrs);
  const tables = zones.map((zone, at) => {
    const title = `${name}-private-${zone}`;
    const table = new ec2.RouteTable(title, { vpcId, tags: { Name: title } }, { parent });
    const natGatewayId = (natGatewayIds[at] ?? natGatewayIds[0]) as Output<string>;
    new ec2.Route(
      title,
      { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', natGatewayId },
      { parent },
    );
    return table;
  });
  associate(slot, 'private', subnets, tables);
  return { subnetIds: subnets.map(({ id }) => id), routeTableIds: tables.map(({ id }) => id) };
}

function associate(
  { name, zones, parent }: ZoneSlot,
  kind: string,
  subnets: readonly ec2.Subnet[],
  tables: readonly ec2.RouteTable[],
): void {
  subnets.forEach((subnet, at) => {
    const table = (tables[at] ?? tables[0]) as ec2.RouteTable;
    const title = `${name}-${kind}-${zones[at]}`;
    new ec2.RouteTableAssociation(title, { subnetId: subnet.id, routeTableId: table.id }, { parent });
  });
}
