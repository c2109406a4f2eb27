import type { LkeClusterPool } from '@pulumi/linode/types/input.js';
import { InfraError, tagWords, type Relaxation, type Tags } from '@slipway/infra-core';

export interface NodePool {
  /** @default `g6-standard-2`: 2 processors, 4 GiB */
  type?: string;
  /** Minimum number of nodes. @default 3 */
  min?: number;
  /** Maximum number of nodes. @default 5 */
  max?: number;
  /** Allows fewer than three nodes. A failed node then takes more than a third of the workload with it. */
  small?: Relaxation;
}

/** LKE allows 1 to 100 nodes per pool (Linode API, "LKE node pool: autoscaler"). */
const MOST = 100;

/**
 * Makes a pool with encrypted disks that scales between its bounds.
 *
 * @throws {InfraError} `invalid` for impossible bounds, or a small pool without a reason
 */
export function poolOf(
  { type = 'g6-standard-2', min = 3, max = 5, small }: NodePool,
  tags: Tags,
): LkeClusterPool {
  const least = small === undefined ? 3 : 1;
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < least || max < min || max > MOST) {
    const remedy =
      small === undefined && min < 3 ? ' Fewer than 3 nodes need the option small with a reason.' : '';
    throw new InfraError(
      'invalid',
      `The pool of ${type} scales from ${min} to ${max}. Use ${least} to ${MOST}, the smaller number first.${remedy}`,
      { value: { min, max } },
    );
  }
  return { type, autoscaler: { min, max }, diskEncryption: 'enabled', tags: tagWords(tags) };
}
