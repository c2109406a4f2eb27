import { isMap } from './mask-secrets.ts';

/** One difference inside an object. */
export interface FieldChange {
  /** For example `spec.template.spec.containers[app].image`. */
  path: string;
  /** Undefined if the field is new. */
  before?: unknown;
  /** Undefined if the field was removed. */
  after?: unknown;
}

/**
 * All differences between two values, each at its deepest path. The order of keys is ignored. List items are
 * matched by their `name` if each has a unique one, as Kubernetes does with containers, variables and ports;
 * else by index.
 */
export function compareValues(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) =>
      compareValues(before[key], after[key], path === '' ? key : `${path}.${step(key)}`),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path);
  if (Object.is(before, after)) return [];
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

function compareLists(before: readonly unknown[], after: readonly unknown[], path: string): FieldChange[] {
  const [named, renamed] = [byName(before), byName(after)];
  if (named && renamed) {
    const names = [...new Set([...named.keys(), ...renamed.keys()])];
    return names.flatMap((name) => compareValues(named.get(name), renamed.get(name), `${path}[${name}]`));
  }
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, at) => compareValues(before[at], after[at], `${path}[${at}]`)).flat();
}

function byName(items: readonly unknown[]): Map<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  for (const item of items) {
    const name = isMap(item) ? item['name'] : undefined;
    if (typeof name !== 'string' || named.has(name)) return undefined;
    named.set(name, item);
  }
  return named;
}

/** Quotes a key that contains dots or brackets, as keys of labels and annotations do. */
const step = (key: string): string => (/[.[\]]/.test(key) ? JSON.stringify(key) : key);
