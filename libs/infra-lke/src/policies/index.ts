import type { Policy } from '@slipway/stack';
import { clusterPolicies } from './cluster.ts';
import { firewallPolicies } from './firewall.ts';

/**
 * The 20 assertions that an LKE cluster fulfils when it is made with the fewest arguments; the other 5 of this cloud
 * are about its state.
 */
export const lkePolicies: readonly Policy[] = [...clusterPolicies, ...firewallPolicies];
