import type { GraphResource, Value } from '../graph/graph.ts';
import type { Violation } from './policy.ts';

/** The value at a path in a resource's inputs, as in `vpcConfig.subnetIds[0]`, or undefined. */
export function at({ inputs }: GraphResource, path: string): Value | undefined {
  const keys = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  let here: Value | undefined = inputs;
  for (const key of keys) here = (here as Record<string, Value> | null | undefined)?.[key];
  return here;
}

/** Yields a violation unless a property has exactly the wanted value. */
export function* must(
  resource: GraphResource,
  path: string,
  wanted: Value,
  why: string,
): Iterable<Omit<Violation, 'urn'>> {
  const value = at(resource, path);
  if (JSON.stringify(value) !== JSON.stringify(wanted)) {
    yield { message: `${path} must be ${JSON.stringify(wanted)}: ${why}.`, property: path, value };
  }
}
