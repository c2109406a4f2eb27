import type { Graph, GraphResource, Value } from '../graph/graph.ts';

/** A place in a graph that breaks a policy. */
export interface Violation {
  /** The problem and the remedy. */
  message: string;
  /** The resource. Absent if the violation is a missing resource. */
  urn?: string;
  /** The offending property. */
  property?: string;
  value?: Value | undefined;
}

/** A rule for a whole graph. It is a plain object: easy to list, to test and to load into a policy pack. */
export interface Policy {
  /** In kebab case, unique within its list. */
  name: string;
  description: string;
  /** The source of the rule: a benchmark's number, a vendor's page. */
  source: string;
  /** The option that relaxes the rule; its use must be reported. @default none: the rule cannot be relaxed */
  relaxedBy?: string;
  check(graph: Graph): Iterable<Violation>;
}

/** A policy for every resource of some types. */
export interface ResourcePolicy extends Omit<Policy, 'check'> {
  types: readonly string[];
  /** Whether a graph without a resource of these types breaks the policy. @default true */
  required?: boolean;
  /** Returns the violations of one resource. */
  inspect(resource: GraphResource, graph: Graph): Iterable<Omit<Violation, 'urn'>>;
}

/** Makes a policy that inspects every resource of some types. */
export function resourcePolicy({ types, required = true, inspect, ...rest }: ResourcePolicy): Policy {
  return {
    ...rest,
    *check(graph) {
      const found = graph.resources.filter(({ type }) => types.includes(type));
      if (found.length === 0 && required)
        yield { message: `The graph has no ${types.join(' or ')}. Add one.` };
      for (const resource of found) {
        for (const violation of inspect(resource, graph)) yield { ...violation, urn: resource.urn };
      }
    },
  };
}
