import { tagsFor } from '@slipway/infra-core';
import { synth, type Graph } from '@slipway/stack';
import {
  awsProvider,
  EksCluster,
  GithubIdentity,
  Network,
  Registry,
  StateStore,
  type EksClusterArgs,
  type NetworkArgs,
  type RegistryArgs,
  type Repository,
} from '../src/index.ts';

const REGION = 'eu-central-1';
const ACCOUNT = '111122223333';

export const REPOSITORY: Repository = { owner: 'acme', ownerId: '1000001', repo: 'shop', repoId: '2000002' };

const provider = () =>
  awsProvider({ region: REGION, accountId: ACCOUNT, tags: tagsFor('production', 'cluster') });
const run = (program: () => void): Promise<Graph> =>
  synth(program, { project: 'cluster', stack: 'production' });

/** A cluster with its network: default arguments, plus those of a test. */
export function clusterGraph(
  cluster: Partial<EksClusterArgs> = {},
  network: Partial<NetworkArgs> = {},
): Promise<Graph> {
  return run(() => {
    const options = { provider: provider() };
    const cidr = network.cidr ?? '10.20.0.0/16';
    const made = new Network('production', { cidr, region: REGION, ...network }, options);
    new EksCluster('production', { network: made, ...cluster }, options);
  });
}

export function registryGraph(args: Partial<RegistryArgs> = {}): Promise<Graph> {
  return run(() => void new Registry('production', { services: ['api'], ...args }, { provider: provider() }));
}

export function foundationGraph(repository: Partial<Repository> = {}): Promise<Graph> {
  return run(() => {
    const options = { provider: provider() };
    const state = new StateStore('production', { bucket: 'production-pulumi' }, options);
    new GithubIdentity(
      'production',
      {
        environment: 'production',
        region: REGION,
        accountId: ACCOUNT,
        stateBucketArn: state.bucketArn,
        stateKeyArn: state.keyArn,
        repositoryPrefix: 'services',
        repository: { ...REPOSITORY, ...repository },
      },
      options,
    );
  });
}
