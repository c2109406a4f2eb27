import type { Graph, GraphResource, Value } from '../graph/graph.ts';

/**
 * A graph with one thing changed, to show in a test that a policy notices: every resource of a type gets another value
 * at a place in its inputs, or under `options.`; `undefined` takes the value away.
 *
 * @throws {RangeError} when there is no resource of the type, as the change would show nothing
 */
export function withInput(graph: Graph, type: string, path: string, value: Value | undefined): Graph {
  if (!graph.resources.some((resource) => resource.type === type)) {
    throw new RangeError(`There is no ${type} to change.`);
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
