export { LkeCluster, type LkeClusterArgs } from './cluster/cluster.ts';
export { assertNetworks } from './cluster/networks.ts';
export type { NodePool } from './cluster/node-pool.ts';
export { assertRegion, assertVersion, type Capability } from './offered.ts';
export { linodeProvider } from './provider.ts';
export { StateStore, type StateStoreArgs } from './state/state-store.ts';
export { lkeFoundationPolicies } from './policies/foundation.ts';
export { lkePolicies } from './policies/index.ts';
