import { isCollection, isScalar, Scalar } from 'yaml';
import { refuse, type Lookup } from './lookup.ts';
import type { ValuesError } from './error.ts';
import { refuseAlias, type Location } from './locate.ts';
import type { Style } from './scalar.ts';
import { refuseTag } from './tag.ts';

/** A scalar that may be replaced, and where it is written. */
interface ReplaceableScalar {
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
export function scalarAt(lookup: Lookup, { node, ancestors }: Location): Scalar.Parsed {
  refuseAlias(lookup, node);
  const at = node?.range[0] ?? ancestors.at(-1)?.range[0];
  if (isCollection(node))
    throw refuse(lookup, {
      code: 'collection',
      at,
      problem: 'there is a map or a list, not a single value',
      remedy: 'Name one of its values.',
    });
  if (isScalar(node)) return node as Scalar.Parsed;
  throw emptyValue(lookup, at);
}

/**
 * The scalar at a location as something to replace: on one line, and written for this place alone.
 * @throws ValuesError as {@link scalarAt} does, and `block-scalar`, `multi-line`, `aliased`, `explicit-tag`, `custom-tag`
 */
export function replaceableScalarAt(
  lookup: Lookup,
  location: Location,
  value: string | number | boolean,
): ReplaceableScalar {
  const node = scalarAt(lookup, location);
  const [start, end] = node.range;
  refuseTag(lookup, node, typeof value === 'string' ? 'string' : 'untagged');
  refuseShared(lookup, location);
  const style = STYLES[node.type ?? ''];
  if (style === undefined)
    throw refuse(lookup, {
      code: 'block-scalar',
      at: start,
      problem: 'the value is a block of text (| or >)',
      remedy: 'Edit it by hand, or write it in quotes on one line.',
    });
  const source = lookup.text.slice(start, end);
  if (source === '') throw emptyValue(lookup, start);
  if (source.includes('\n'))
    throw refuse(lookup, {
      code: 'multi-line',
      at: start,
      problem: 'the value is written over several lines',
      remedy: 'Write it on one line first.',
      value: node.value,
    });
  return { node, start, end, style };
}

/** @throws ValuesError `aliased` when the value is a part of something that aliases repeat in other places */
export function refuseShared(lookup: Lookup, { node, ancestors, referenced }: Location): void {
  for (const owner of [...ancestors, node]) {
    const anchor = owner !== null && 'anchor' in owner ? owner.anchor : undefined;
    if (anchor === undefined || !referenced.has(anchor)) continue;
    throw refuse(lookup, {
      code: 'aliased',
      at: owner?.range[0],
      problem: `other places repeat this value by *${anchor}, and would change with it`,
      remedy: `Write the value out where *${anchor} is used.`,
      value: anchor,
    });
  }
}

function emptyValue(lookup: Lookup, at: number | undefined): ValuesError {
  return refuse(lookup, {
    code: 'empty-value',
    at,
    problem: 'nothing is written after the key',
    remedy: 'Write "" or null in the file first.',
  });
}
