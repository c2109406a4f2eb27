import { InfraError } from '@slipway/infra-core';

/** Where the subnets of a network lie: one of each kind in every zone. */
export interface AddressPlan {
  /** For load balancers and NAT gateways; /24 in a /16. */
  public: readonly string[];
  /** For nodes and pods; /19 in a /16. */
  private: readonly string[];
  /** For the control plane's network interfaces, without a way out; /24 in a /16. */
  intra: readonly string[];
}

/** Below /20 the public subnets would fall under AWS's smallest size (/28); above /16 AWS makes no network. */
const SIZES = { smallest: 20, largest: 16 };

/** The layout divides the network in eighths: one for each zone, the last for all small subnets. */
const ZONES = { least: 3, most: 6 };

/**
 * Divides a network.
 *
 * @param cidr as in `10.20.0.0/16`
 * @param zones 3 to 6 of them, by whatever name
 * @throws {InfraError} `invalid`
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
      `The network is in ${zones.length} zones. Use ${ZONES.least} to ${ZONES.most} of them.`,
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
 * Asserts that ranges have no address in common.
 *
 * @param ranges each with what it is for
 * @throws {InfraError} `invalid`, naming both
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
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) throw badCidr(cidr, 'is no IPv4 range');
  if (base % 2 ** (32 - prefix) !== 0) throw badCidr(cidr, `has address bits after /${prefix}`);
  return { base, prefix };
}

function badCidr(cidr: string, why: string): InfraError {
  return new InfraError('invalid', `"${cidr}" ${why}. Write it as in 10.20.0.0/16.`, { value: cidr });
}

function writeAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
