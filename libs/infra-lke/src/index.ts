export { assertOffered } from './cluster/assert-offered.ts';
export { LkeCluster, type LkeClusterArgs } from './cluster/cluster.ts';
export { assertNetworks } from './cluster/networks.ts';
export type { NodePool } from './cluster/node-pool.ts';
export { linodeProvider } from './provider.ts';
export { StateStore, type StateStoreArgs } from './state/state-store.ts';
export { lkeFoundationPolicies } from './policies/foundation.ts';
export { lkePolicies } from './policies/index.ts';
