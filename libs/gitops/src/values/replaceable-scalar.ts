import { isCollection, isScalar, Scalar } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import type { ValuesError } from './error.ts';
import { refuseAlias, type Location } from './locate.ts';
import type { Style } from './scalar.ts';
import { refuseTag } from './tag.ts';

/** A scalar that may be replaced, with its position and style. */
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
      problem: 'the value is a map or a list, not a scalar',
      remedy: 'Use the path of one of its values.',
    });
  if (isScalar(node)) return node as Scalar.Parsed;
  throw emptyValue(lookup, at);
}

/**
 * The scalar at a location, if it can be replaced: it is on one line, and no alias repeats it.
 * @throws ValuesError as {@link scalarAt}; also `block-scalar`, `multi-line`, `aliased`, `explicit-tag`,
 *   `custom-tag`
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
      problem: 'the value is a block scalar (| or >)',
      remedy: 'Edit it by hand, or write it in quotes on one line.',
    });
  const source = lookup.text.slice(start, end);
  if (source === '') throw emptyValue(lookup, start);
  if (source.includes('\n'))
    throw refuse(lookup, {
      code: 'multi-line',
      at: start,
      problem: 'the value spans several lines',
      remedy: 'Write it on one line first.',
      value: node.value,
    });
  return { node, start, end, style };
}

/** @throws ValuesError `aliased` if an alias repeats the value or a collection that contains it */
export function refuseShared(lookup: Lookup, { node, ancestors, referenced }: Location): void {
  for (const owner of [...ancestors, node]) {
    const anchor = owner !== null && 'anchor' in owner ? owner.anchor : undefined;
    if (anchor === undefined || !referenced.has(anchor)) continue;
    throw refuse(lookup, {
      code: 'aliased',
      at: owner?.range[0],
      problem: `the alias *${anchor} repeats this value elsewhere, which would change, too`,
      remedy: `Replace each *${anchor} with the value.`,
      value: anchor,
    });
  }
}

function emptyValue(lookup: Lookup, at: number | undefined): ValuesError {
  return refuse(lookup, {
    code: 'empty-value',
    at,
    problem: 'the key has no value',
    remedy: 'Write "" or null in the file first.',
  });
}
