import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertApart, planAddresses } from '../../src/index.ts';

const zonesOf = (number: number): string[] => [...'abcdefgh'.slice(0, number)];

describe('the addresses of a network', () => {
  it('are divided into large private subnets and small public and intra subnets', () => {
    expect(planAddresses('10.20.0.0/16', zonesOf(3))).toEqual({
      private: ['10.20.0.0/19', '10.20.32.0/19', '10.20.64.0/19'],
      public: ['10.20.224.0/24', '10.20.225.0/24', '10.20.226.0/24'],
      intra: ['10.20.232.0/24', '10.20.233.0/24', '10.20.234.0/24'],
    });
  });

  it('are inside the network and do not overlap, for every range, size and number of zones', () => {
    const seed = Number(process.env['SLIPWAY_SEED'] ?? 20261124);
    console.log(`address plan: SLIPWAY_SEED=${seed}`);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 16, max: 20 }),
        fc.integer({ min: 3, max: 6 }),
        (second, size, zones) => {
          const {
            private: nodes,
            public: open,
            intra,
          } = planAddresses(`10.${second}.0.0/${size}`, zonesOf(zones));
          const all = [...nodes, ...open, ...intra];
          assertApart(Object.fromEntries(all.map((cidr) => [cidr, cidr])));
          for (const cidr of all) {
            expect(() => assertApart({ network: `10.${second}.0.0/${size}`, cidr })).toThrow('overlap');
            expect(Number(cidr.split('/')[1])).toBeLessThanOrEqual(28); // the smallest subnet of AWS
          }
        },
      ),
      { seed, numRuns: 100 },
    );
  });

  it.each([
    ['10.20.0.0/21', 'between /16 and /20'],
    ['10.0.0.0/8', 'between /16 and /20'],
    ['10.20.0.1/16', 'address bits after'],
    ['10.20.0.0', 'is not an IPv4 range'],
    ['10.20.300.0/16', 'is not an IPv4 range'],
    ['fd00::/56', 'is not an IPv4 range'],
  ])('%s is refused: %s', (cidr, message) => {
    expect(() => planAddresses(cidr, zonesOf(3))).toThrow(message);
    expect(() => planAddresses(cidr, zonesOf(3))).toThrow(cidr);
  });

  it.each([2, 7])('in %i zones are refused', (zones) => {
    expect(() => planAddresses('10.20.0.0/16', zonesOf(zones))).toThrow('3 to 6');
  });

  it('are both named in the error if they overlap', () => {
    const ranges = { network: '10.20.0.0/16', services: '10.20.128.0/20' };
    expect(() => assertApart(ranges)).toThrow('network (10.20.0.0/16) and services (10.20.128.0/20) overlap');
    expect(() => assertApart({ ...ranges, services: '10.21.0.0/16' })).not.toThrow();
  });
});
