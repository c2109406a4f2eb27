import type { Policy } from '@slipway/stack';
import { clusterPolicies } from './cluster.ts';
import { firewallPolicies } from './firewall.ts';

/**
 * The 20 assertions that an LKE cluster fulfils with default arguments. Five more are about the state, see
 * {@link lkeFoundationPolicies}.
 */
export const lkePolicies: readonly Policy[] = [...clusterPolicies, ...firewallPolicies];
