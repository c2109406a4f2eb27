import { isCollection, isPair, isScalar, Scalar, type ParsedNode, type YAMLMap } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import type { Entry } from './find-entry.ts';
import { writeScalar, type Style } from './scalar.ts';
import type { Value } from './value.ts';

/** A line to insert. It starts with its line break, so the end of the file does not change. */
interface Insertion {
  readonly at: number;
  readonly line: string;
}

/**
 * The new last line of a block map, below the whole last entry and above the comments that follow.
 * @throws ValuesError `block-scalar` if the map ends with one, because blank lines below may belong to it
 */
export function insertion(
  lookup: Lookup,
  map: YAMLMap.Parsed,
  last: Entry,
  key: string,
  value: Value,
): Insertion {
  const { text } = lookup;
  const leaf = lastLeaf(last);
  if (isScalar(leaf) && (leaf.type === Scalar.BLOCK_LITERAL || leaf.type === Scalar.BLOCK_FOLDED))
    throw refuse(lookup, {
      code: 'block-scalar',
      at: leaf.range[0],
      problem: 'the map ends with a block scalar (| or >), whose end is not clear',
      remedy: 'Move the block up, or write it in quotes on one line.',
    });
  const at = lineEnd(text, leaf.range[1]);
  const style = isScalar(last.value) ? styleOf(last.value) : 'plain';
  const entry = `${writeScalar(key, 'plain', false)}: ${writeScalar(value, style, false)}`;
  return { at, line: lineBreak(text, at) + ' '.repeat(columnOf(text, map.range[0])) + entry };
}

function styleOf({ type }: Scalar): Style {
  if (type === Scalar.QUOTE_DOUBLE) return 'double';
  return type === Scalar.QUOTE_SINGLE ? 'single' : 'plain';
}

/** The last node of an entry in the text. */
function lastLeaf({ key, value }: Entry): ParsedNode {
  const node = value ?? key;
  if (!isCollection(node) || node.flow === true) return node;
  const last = node.items.at(-1);
  if (isPair(last)) return lastLeaf(last as Entry);
  return lastLeaf({ key, value: last as ParsedNode } as Entry);
}

/** The end of the line that contains an offset, before its line break. */
function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return text[newline - 1] === '\r' ? newline - 1 : newline;
}

/** The line break at an offset; at the end of the file, the file's first line break. */
function lineBreak(text: string, at: number): string {
  const pattern = /\r?\n/y;
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? /\r?\n/.exec(text)?.[0] ?? '\n';
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
