import type { LkeClusterPool } from '@pulumi/linode/types/input.js';
import { InfraError, tagWords, type Relaxation, type Tags } from '@slipway/infra-core';

export interface NodePool {
  /** @default `g6-standard-2`: 2 processors, 4 GiB */
  type?: string;
  /** Nodes at least. @default 3 */
  min?: number;
  /** Nodes at most. @default 5 */
  max?: number;
  /** Fewer than three nodes: one that fails takes a third of the work or more with it. */
  small?: Relaxation;
}

/** LKE takes 1 to 100 nodes a pool (Linode API, "LKE node pool: autoscaler"). */
const MOST = 100;

/**
 * A pool with encrypted disks that scales between its bounds.
 *
 * @throws {InfraError} `invalid` for bounds that cannot be, or that are small without saying why
 */
export function poolOf(
  { type = 'g6-standard-2', min = 3, max = 5, small }: NodePool,
  tags: Tags,
): LkeClusterPool {
  const least = small === undefined ? 3 : 1;
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < least || max < min || max > MOST) {
    const remedy =
      small === undefined && min < 3 ? ' Fewer than 3 needs the option small, with a reason.' : '';
    throw new InfraError(
      'invalid',
      `The pool of ${type} scales from ${min} to ${max}. Use ${least} to ${MOST}, the smaller number first.${remedy}`,
      { value: { min, max } },
    );
  }
  return { type, autoscaler: { min, max }, diskEncryption: 'enabled', tags: tagWords(tags) };
}
