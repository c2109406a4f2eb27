import type { Value } from '../graph/graph.ts';

/** A list item before and after a change. */
export interface Pair {
  /** Its index in the new list, or in the old list if it was removed. */
  at: number;
  before?: Value;
  after?: Value;
}

/** Properties that identify a list item in IAM, Kubernetes and cloud APIs. */
const NAMES = ['Sid', 'id', 'key', 'name'];

/**
 * Pairs the items of two lists. Lists of equal length are paired by index. Otherwise items are paired by
 * name, or by value if they have no name, so an inserted or removed item appears as a single difference.
 */
export function pairs(before: readonly Value[], after: readonly Value[]): Pair[] {
  if (before.length === after.length) {
    return after.map((item, at) => ({ at, before: before[at] as Value, after: item }));
  }
  const left = before.map((item, at) => ({ item, at, name: nameOf(item) }));
  const found = after.map((item, at): Pair => {
    const match = left.findIndex(({ name }) => name === nameOf(item));
    const [old] = match < 0 ? [] : left.splice(match, 1);
    return { at, ...(old && { before: old.item }), after: item };
  });
  return [...found, ...left.map(({ item, at }) => ({ at, before: item }))];
}

function nameOf(item: Value): string {
  const named = item as Record<string, unknown> | null;
  const key = NAMES.find((key) => typeof named?.[key] === 'string');
  return JSON.stringify(key === undefined ? item : [key, named?.[key]]);
}
