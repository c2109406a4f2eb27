import type { Values } from '@slipway/gitops/render';

type Container = Record<string, unknown>;

/** The same values with another one at a path, such as `/route/paths/0`. Missing parents are created. */
export function withValue(values: Values, path: string, value: unknown): Values {
  const copy = structuredClone(values) as Container;
  const keys = path.split('/').slice(1);
  const last = keys.pop() as string;
  const parent = keys.reduce((at, key) => (at[key] ??= {}) as Container, copy);
  parent[last] = value;
  return copy;
}

/** The paths of all texts in values. */
export function textPaths(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => textPaths(child, `${path}/${key}`));
}
