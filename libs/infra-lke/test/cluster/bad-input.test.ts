import { describe, expect, it } from 'vitest';
import { tagsFor } from '@slipway/infra-core';
import { synth } from '@slipway/stack';
import { linodeProvider, LkeCluster } from '../../src/index.ts';
import { clusterGraph } from '../programs.ts';

describe('bad input is refused before a resource is created', () => {
  it.each([
    [
      'a version that is not offered',
      { version: '1.99' },
      'Linode does not offer Kubernetes 1.99. Use 1.34 or 1.35.',
    ],
    [
      'a region that is not offered',
      { region: 'nl-rtm' },
      'Linode does not offer Kubernetes in the region nl-rtm. Use nl-ams or us-east.',
    ],
    ['an empty list of networks', { apiNetworks: [] }, 'is empty. Add at least one network'],
    ['all IPv4 addresses', { apiNetworks: ['0.0.0.0/0'] }, '"0.0.0.0/0" includes all addresses'],
    ['all IPv6 addresses', { apiNetworks: ['203.0.113.0/24', '::/0'] }, '"::/0" includes all addresses'],
    ['an address instead of a network', { apiNetworks: ['203.0.113.7'] }, 'is not a network'],
    ['a prefix that is too long', { apiNetworks: ['203.0.113.0/33'] }, 'is not a network'],
    ['a small pool without a reason', { pools: [{ min: 2 }] }, 'Fewer than 3 nodes need the option small'],
    ['a pool with max below min', { pools: [{ min: 4, max: 3 }] }, 'from 4 to 3'],
    ['a fractional number of nodes', { pools: [{ min: 3.5 }] }, 'from 3.5'],
    ['a pool with too many nodes', { pools: [{ max: 101 }] }, 'to 101'],
  ])('%s', async (_, args, message) => {
    await expect(clusterGraph(args)).rejects.toThrow(message);
  });

  it('a malformed region, also without asking Linode', async () => {
    const program = () => {
      const tags = tagsFor('development', 'cluster');
      const args = { region: 'Amsterdam', version: '1.35', tags, apiNetworks: ['203.0.113.0/24'] };
      return { ...new LkeCluster('development', args, { provider: linodeProvider() }).outputs };
    };
    await expect(synth(program, { project: 'cluster', stack: 'development' })).rejects.toThrow(
      '"Amsterdam" is not a Linode region. Write it as in nl-ams.',
    );
  });
});

describe('an LKE cluster', () => {
  it('groups its API networks by address family', async () => {
    const { resources } = await clusterGraph({ apiNetworks: ['203.0.113.0/24', '2001:db8::/48'] });
    const cluster = resources.find(({ type }) => type === 'linode:index/lkeCluster:LkeCluster');
    expect(cluster?.inputs['controlPlane']).toMatchObject({
      acl: { addresses: [{ ipv4s: ['203.0.113.0/24'], ipv6s: ['2001:db8::/48'] }] },
    });
  });
});
