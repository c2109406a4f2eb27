import type { Graph } from '../graph/graph.ts';
import type { Policy, Violation } from './policy.ts';
import { relaxationsOf } from './relaxations.ts';

/** The result of one policy. `relaxed`: broken, but the program sets the option that allows it. */
export interface Finding {
  policy: string;
  description: string;
  source: string;
  state: 'held' | 'relaxed' | 'violated';
  /** The option that relaxes the policy. Present only in the state `relaxed`. */
  relaxedBy?: string;
  violations: readonly Violation[];
}

/** Checks a graph against policies. Returns one finding per policy, in the given order. */
export function evaluate(policies: readonly Policy[], graph: Graph): Finding[] {
  const options = new Set(relaxationsOf(graph).map(({ option }) => option));
  return policies.map(({ name, description, source, relaxedBy, check }) => {
    const violations = [...check(graph)];
    const relaxed = relaxedBy !== undefined && options.has(relaxedBy);
    const state = violations.length === 0 ? 'held' : relaxed ? 'relaxed' : 'violated';
    return {
      policy: name,
      description,
      source,
      state,
      ...(state === 'relaxed' && { relaxedBy: relaxedBy as string }),
      violations,
    };
  });
}
