import type { Graph } from '../graph/graph.ts';

/** A hardened default that a program relaxes by a named option of a component. */
export interface Relaxation {
  /** The option, as in `publicAccess`. */
  option: string;
  /** The reason that the program gives. */
  reason: string;
  /** URN of the component. */
  urn: string;
}

/**
 * Lists all relaxations in a graph. A component records its relaxations in its input `relaxations`, a map
 * from option to reason, which makes them part of the graph, its diff and the state.
 */
export function relaxationsOf({ resources }: Graph): Relaxation[] {
  return resources.flatMap(({ urn, custom, inputs }) => {
    const named = inputs['relaxations'];
    if (custom || typeof named !== 'object' || named === null || Array.isArray(named)) return [];
    return Object.entries(named).map(([option, reason]) => ({ option, reason: String(reason), urn }));
  });
}
