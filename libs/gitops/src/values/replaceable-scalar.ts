import { isCollection, isScalar, Scalar } from 'yaml';
import { refuse, type Aim } from './lookup.ts';
import type { ValuesError } from './error.ts';
import { refuseAlias, type Location } from './locate.ts';
import type { Style } from './scalar.ts';
import { refuseTag } from './tag.ts';

/** A scalar that may be replaced, and where it is written. */
export interface Target {
  readonly node: Scalar.Parsed;
  readonly start: number;
  readonly end: number;
  readonly style: Style;
}

const STYLES: Readonly<Record<string, Style>> = {
  [Scalar.PLAIN]: 'plain',
  [Scalar.QUOTE_SINGLE]: 'single',
  [Scalar.QUOTE_DOUBLE]: 'double',
};

/**
 * The scalar at a location.
 * @throws ValuesError `collection`, `alias`, `empty-value`
 */
export function scalarAt(aim: Aim, { node, ancestors }: Location): Scalar.Parsed {
  refuseAlias(aim, node);
  const at = node?.range[0] ?? ancestors.at(-1)?.range[0];
  if (isCollection(node))
    throw refuse(aim, {
      code: 'collection',
      at,
      problem: 'there is a map or a list, not a single value',
      remedy: 'Name one of its values.',
    });
  if (isScalar(node)) return node as Scalar.Parsed;
  throw emptyValue(aim, at);
}

/**
 * The scalar at a location as something to replace: on one line, and written for this place alone.
 * @throws ValuesError as {@link scalarAt} does, and `block-scalar`, `multi-line`, `aliased`, `explicit-tag`, `custom-tag`
 */
export function targetAt(aim: Aim, location: Location, value: string | number | boolean): Target {
  const node = scalarAt(aim, location);
  const [start, end] = node.range;
  refuseTag(aim, node, typeof value === 'string' ? 'string' : 'untagged');
  refuseShared(aim, location);
  const style = STYLES[node.type ?? ''];
  if (style === undefined)
    throw refuse(aim, {
      code: 'block-scalar',
      at: start,
      problem: 'the value is a block of text (| or >)',
      remedy: 'Edit it by hand, or write it in quotes on one line.',
    });
  const source = aim.text.slice(start, end);
  if (source === '') throw emptyValue(aim, start);
  if (source.includes('\n'))
    throw refuse(aim, {
      code: 'multi-line',
      at: start,
      problem: 'the value is written over several lines',
      remedy: 'Write it on one line first.',
      value: node.value,
    });
  return { node, start, end, style };
}

/** @throws ValuesError `aliased` when the value is a part of something that aliases repeat in other places */
export function refuseShared(aim: Aim, { node, ancestors, referenced }: Location): void {
  for (const owner of [...ancestors, node]) {
    const anchor = owner !== null && 'anchor' in owner ? owner.anchor : undefined;
    if (anchor === undefined || !referenced.has(anchor)) continue;
    throw refuse(aim, {
      code: 'aliased',
      at: owner?.range[0],
      problem: `other places repeat this value by *${anchor}, and would change with it`,
      remedy: `Write the value out where *${anchor} is used.`,
      value: anchor,
    });
  }
}

function emptyValue(aim: Aim, at: number | undefined): ValuesError {
  return refuse(aim, {
    code: 'empty-value',
    at,
    problem: 'nothing is written after the key',
    remedy: 'Write "" or null in the file first.',
  });
}
