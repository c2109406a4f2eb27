import { describe, expect, it } from 'vitest';
import { tagsFor } from '@slipway/infra-core';
import { synth } from '@slipway/stack';
import { linodeProvider, LkeCluster } from '../../src/index.ts';
import { clusterGraph } from '../programs.ts';

describe('bad input is refused before anything is made', () => {
  it.each([
    [
      'a version that is not offered',
      { version: '1.99' },
      'Linode does not offer Kubernetes 1.99. Use 1.34 or 1.35.',
    ],
    [
      'a region that only looks like one',
      { region: 'nl-rtm' },
      'Linode does not offer Kubernetes in the region nl-rtm. Use nl-ams or us-east.',
    ],
    ['an API for nobody', { apiNetworks: [] }, 'so nobody could'],
    ['an API for everybody', { apiNetworks: ['0.0.0.0/0'] }, '"0.0.0.0/0" is everybody'],
    ['an API for everybody by IPv6', { apiNetworks: ['203.0.113.0/24', '::/0'] }, '"::/0" is everybody'],
    ['an API for what is no network', { apiNetworks: ['203.0.113.7'] }, 'is no network'],
    ['an API for a network that is too long', { apiNetworks: ['203.0.113.0/33'] }, 'is no network'],
    ['a small pool without a reason', { pools: [{ min: 2 }] }, 'Fewer than 3 needs the option small'],
    ['a pool that ends before it starts', { pools: [{ min: 4, max: 3 }] }, 'from 4 to 3'],
    ['a pool of half a node', { pools: [{ min: 3.5 }] }, 'from 3.5'],
    ['a pool of more nodes than there can be', { pools: [{ max: 101 }] }, 'to 101'],
  ])('%s', async (_, args, said) => {
    await expect(clusterGraph(args)).rejects.toThrow(said);
  });

  it('a region in words, also where nobody asks LKE', async () => {
    const program = () => {
      const tags = tagsFor('development', 'cluster');
      const args = { region: 'Amsterdam', version: '1.35', tags, apiNetworks: ['203.0.113.0/24'] };
      return { ...new LkeCluster('development', args, { provider: linodeProvider() }).outputs };
    };
    await expect(synth(program, { project: 'cluster', stack: 'development' })).rejects.toThrow(
      '"Amsterdam" is no region of Linode. Write it as in nl-ams.',
    );
  });

  it('networks of both families are told apart', async () => {
    const { resources } = await clusterGraph({ apiNetworks: ['203.0.113.0/24', '2001:db8::/48'] });
    const cluster = resources.find(({ type }) => type === 'linode:index/lkeCluster:LkeCluster');
    expect(cluster?.inputs['controlPlane']).toMatchObject({
      acl: { addresses: [{ ipv4s: ['203.0.113.0/24'], ipv6s: ['2001:db8::/48'] }] },
    });
  });
});
