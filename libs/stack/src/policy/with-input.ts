import type { Graph, GraphResource, Value } from '../graph/graph.ts';

/**
 * Returns a copy of a graph in which all resources of a type have another value at a path of their inputs, or
 * of their options (`options.…`); `undefined` removes the value. For tests that a policy detects the change.
 *
 * @throws {RangeError} if the graph has no resource of the type, because the test would prove nothing
 */
export function withInput(graph: Graph, type: string, path: string, value: Value | undefined): Graph {
  if (!graph.resources.some((resource) => resource.type === type)) {
    throw new RangeError(`The graph has no ${type} to change.`);
  }
  const keys = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  const change = (resource: GraphResource): GraphResource =>
    keys[0] === 'options'
      ? { ...resource, options: put(resource.options, keys.slice(1), value) as GraphResource['options'] }
      : { ...resource, inputs: put(resource.inputs, keys, value) as GraphResource['inputs'] };
  return {
    ...graph,
    resources: graph.resources.map((resource) => (resource.type === type ? change(resource) : resource)),
  };
}

function put(
  here: Value | undefined,
  [key, ...rest]: readonly string[],
  value: Value | undefined,
): Value | undefined {
  if (key === undefined) return value;
  if (Array.isArray(here))
    return here.map((item: Value, at) => (String(at) === key ? (put(item, rest, value) ?? null) : item));
  const { [key]: inner, ...others } = (here ?? {}) as { [key: string]: Value };
  const changed = put(inner, rest, value);
  return changed === undefined ? others : { ...others, [key]: changed };
}
