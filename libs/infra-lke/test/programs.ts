import { tagsFor } from '@slipway/infra-core';
import { synth, type Graph } from '@slipway/stack';
import {
  assertRegion,
  assertVersion,
  linodeProvider,
  LkeCluster,
  StateStore,
  type LkeClusterArgs,
} from '../src/index.ts';

const OFFERED = {
  'linode:index/getLkeVersions:getLkeVersions': { versions: [{ id: '1.34' }, { id: '1.35' }] },
  'linode:index/getRegions:getRegions': { regions: [{ id: 'nl-ams' }, { id: 'us-east' }] },
};

/** A cluster: default arguments, plus those of a test. */
export function clusterGraph(args: Partial<LkeClusterArgs> = {}): Promise<Graph> {
  const program = async () => {
    const provider = linodeProvider();
    const { region = 'nl-ams', version = '1.35' } = args;
    await assertRegion(region, 'Kubernetes', provider);
    await assertVersion(version, provider);
    const tags = tagsFor('development', 'cluster');
    const { outputs } = new LkeCluster(
      'development',
      { region, version, tags, apiNetworks: ['203.0.113.0/24'], ...args },
      { provider },
    );
    return { ...outputs };
  };
  return synth(program, { project: 'cluster', stack: 'development', lookups: OFFERED });
}

export function foundationGraph(): Promise<Graph> {
  return synth(
    () => {
      const args = { region: 'nl-ams', bucket: 'development-acme-pulumi' };
      const store = new StateStore('development', args, { provider: linodeProvider() });
      return { secretKey: store.secretKey };
    },
    { project: 'foundation', stack: 'development' },
  );
}
