import type { Value } from '../graph/graph.ts';

/** An item of a list before and after. */
export interface Pair {
  /** Its place in the list after, or before when it is gone. */
  at: number;
  before?: Value;
  after?: Value;
}

/** By what items of lists are known, in the words of IAM, Kubernetes and the clouds. */
const NAMES = ['Sid', 'id', 'key', 'name'];

/**
 * Which items of two lists are the same one. In lists of one length those at one place; else those with one name or,
 * without names, equal ones, so that an item that was put in or taken out is told by itself.
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
