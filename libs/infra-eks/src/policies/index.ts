import type { Policy } from '@slipway/stack';
import { controlPlanePolicies } from './control-plane.ts';
import { networkPolicies } from './network.ts';
import { nodePolicies } from './nodes.ts';

/** The 25 assertions that an EKS cluster and its network fulfil with default arguments. */
export const eksPolicies: readonly Policy[] = [...controlPlanePolicies, ...networkPolicies, ...nodePolicies];
