import type { Graph, GraphResource, Value } from '../graph/graph.ts';

/** Something in a graph that breaks a policy. */
export interface Violation {
  /** What is wrong and what to do. */
  message: string;
  /** The resource; none when one is missing. */
  urn?: string;
  /** The offending property. */
  property?: string;
  value?: Value | undefined;
}

/** A rule over a whole graph, as a plain object: to list, to test with a graph made by hand, to load into a policy pack. */
export interface Policy {
  /** In kebab case, unique within its list. */
  name: string;
  description: string;
  /** Where the rule comes from: a benchmark's number, a vendor's page. */
  source: string;
  /** The named option that turns the rule off; used, it must be reported. @default none: the rule always holds */
  relaxedBy?: string;
  check(graph: Graph): Iterable<Violation>;
}

/** A policy over every resource of some types; a graph without any of them breaks it where `required` says so. */
export interface ResourcePolicy extends Omit<Policy, 'check'> {
  types: readonly string[];
  /** A graph must hold at least one. @default true */
  required?: boolean;
  /** What is wrong with a resource, or nothing. */
  inspect(resource: GraphResource, graph: Graph): Iterable<Omit<Violation, 'urn'>>;
}

/** Makes a policy out of what must hold for every resource of some types. */
export function resourcePolicy({ types, required = true, inspect, ...rest }: ResourcePolicy): Policy {
  return {
    ...rest,
    *check(graph) {
      const found = graph.resources.filter(({ type }) => types.includes(type));
      if (found.length === 0 && required) yield { message: `There is no ${types.join(' or ')}.` };
      for (const resource of found) {
        for (const violation of inspect(resource, graph)) yield { ...violation, urn: resource.urn };
      }
    },
  };
}
