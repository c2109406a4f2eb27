import type { Graph } from '../graph/graph.ts';

/** A default that somebody chose to weaken, by a named option of a component. */
export interface Relaxation {
  /** The option, as in `publicAccess`. */
  option: string;
  /** Why, in the words of the program. */
  reason: string;
  /** The component. */
  urn: string;
}

/**
 * Every relaxation in a graph. Components name theirs as their input `relaxations`: option to reason, so that they
 * are part of the graph, of its diff and of the state.
 */
export function relaxationsOf({ resources }: Graph): Relaxation[] {
  return resources.flatMap(({ urn, custom, inputs }) => {
    const named = inputs['relaxations'];
    if (custom || typeof named !== 'object' || named === null || Array.isArray(named)) return [];
    return Object.entries(named).map(([option, reason]) => ({ option, reason: String(reason), urn }));
  });
}
