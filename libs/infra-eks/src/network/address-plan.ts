import { InfraError } from '@slipway/infra-core';

/** The address ranges of the subnets: one subnet of each kind per zone. */
export interface AddressPlan {
  /** For load balancers and NAT gateways: /24 in a /16. */
  public: readonly string[];
  /** For nodes and pods: /19 in a /16. */
  private: readonly string[];
  /** For the control plane's network interfaces, without outbound traffic: /24 in a /16. */
  intra: readonly string[];
}

/** Prefix lengths: above /20, public subnets would be below the AWS minimum /28. The AWS maximum is /16. */
const SIZES = { smallest: 20, largest: 16 };

/** The layout divides the network into eighths: one for each zone, the last one for all small subnets. */
const ZONES = { least: 3, most: 6 };

/**
 * Divides a network into subnets.
 *
 * @param cidr the network, as in `10.20.0.0/16`
 * @param zones 3 to 6 zone names
 * @throws {InfraError} `invalid` for a network or a number of zones that cannot be divided
 */
export function planAddresses(cidr: string, zones: readonly string[]): AddressPlan {
  const { base, prefix } = readCidr(cidr);
  if (prefix < SIZES.largest || prefix > SIZES.smallest) {
    throw new InfraError(
      'invalid',
      `The network ${cidr} has the size /${prefix}. It must be between /${SIZES.largest} and /${SIZES.smallest}.`,
      { value: cidr },
    );
  }
  if (zones.length < ZONES.least || zones.length > ZONES.most) {
    throw new InfraError(
      'invalid',
      `The network is in ${zones.length} zones. Use ${ZONES.least} to ${ZONES.most} zones.`,
      { value: zones },
    );
  }
  const [large, small] = [prefix + 3, prefix + 8];
  const at = (start: number, size: number, index: number) =>
    `${writeAddress(start + index * 2 ** (32 - size))}/${size}`;
  const last = base + 7 * 2 ** (32 - large);
  const each = (subnet: (zone: number) => string) => zones.map((_, zone) => subnet(zone));
  return {
    private: each((zone) => at(base, large, zone)),
    public: each((zone) => at(last, small, zone)),
    intra: each((zone) => at(last, small, zone + 8)),
  };
}

/**
 * Asserts that address ranges do not overlap.
 *
 * @param ranges CIDR ranges by name; the names are used in error messages
 * @throws {InfraError} `invalid`, with both ranges
 */
export function assertApart(ranges: Readonly<Record<string, string>>): void {
  const read = Object.entries(ranges).map(([name, cidr]) => ({ name, cidr, ...readCidr(cidr) }));
  for (const [at, one] of read.entries()) {
    const other = read.slice(at + 1).find((second) => {
      const size = 2 ** (32 - Math.min(one.prefix, second.prefix));
      return Math.floor(one.base / size) === Math.floor(second.base / size);
    });
    if (other) {
      throw new InfraError(
        'invalid',
        `${one.name} (${one.cidr}) and ${other.name} (${other.cidr}) overlap. Move one of them.`,
        { value: one.cidr },
      );
    }
  }
}

function readCidr(cidr: string): { base: number; prefix: number } {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = (match ?? []).slice(1).map(Number);
  const base = ((a * 256 + b) * 256 + c) * 256 + d;
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) throw badCidr(cidr, 'is not an IPv4 range');
  if (base % 2 ** (32 - prefix) !== 0) throw badCidr(cidr, `has address bits after /${prefix}`);
  return { base, prefix };
}

function badCidr(cidr: string, problem: string): InfraError {
  return new InfraError('invalid', `"${cidr}" ${problem}. Write it as in 10.20.0.0/16.`, { value: cidr });
}

function writeAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
