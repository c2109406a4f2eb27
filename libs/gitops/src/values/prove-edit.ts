import { isAlias, isCollection, isPair, isScalar, isSeq, Lexer, parseDocument } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import type { ValuesError } from './error.ts';

/** The replacement of one scalar's text. */
export interface Replacement {
  readonly start: number;
  /** The text before the change. */
  readonly old: string;
  readonly written: string;
  readonly value: string | number | boolean;
  readonly inFlow: boolean;
}

/** The lexer's marker for a plain scalar that follows; it has no text. */
const PLAIN_FOLLOWS = '\x1f';

/**
 * Proves that the text `after` differs from the text of the lookup in the value of one scalar only.
 *
 * The parser's lexer splits both texts into tokens, side by side. The parser builds its tree from these
 * tokens alone and does not read inside scalars. So if all tokens except one scalar are equal, the trees are
 * equal except for this scalar, for YAML 1.1 and 1.2 readers alike. Then both readers parse the scalar.
 * @throws ValuesError `unproven`
 */
export function proveReplaced(lookup: Lookup, after: string, replacement: Replacement): void {
  if (!differsInOneToken(lookup.text, after, replacement))
    throw unproven(lookup, replacement.start, 'another part of the file would get another meaning');
  if (!readsBack(replacement))
    throw unproven(lookup, replacement.start, 'a reader would parse the new text as another value');
}

function differsInOneToken(before: string, after: string, { start, old, written }: Replacement): boolean {
  const [left, right] = [new Lexer().lex(before), new Lexer().lex(after)];
  let replaced = false;
  for (let offset = 0; ;) {
    let [token, other] = [left.next().value, right.next().value];
    if (offset === start && !replaced) {
      if (token === PLAIN_FOLLOWS) token = left.next().value;
      if (other === PLAIN_FOLLOWS) other = right.next().value;
      if (token !== old || other !== written) return false;
      replaced = true;
    } else if (token !== other) return false;
    if (token === undefined) return replaced;
    offset += isMarker(token) ? 0 : token.length;
  }
}

function isMarker(token: string): boolean {
  return token === PLAIN_FOLLOWS || token === '\x02' || token === '\x18';
}

function readsBack({ written, value, inFlow }: Replacement): boolean {
  const text = inFlow ? `[${written}]` : `- ${written}\n`;
  return (['1.2', '1.1'] as const).every((version) => {
    const { contents, errors } = parseDocument(text, { version });
    const items: readonly unknown[] = isSeq(contents) ? contents.items : [];
    const [item] = items;
    return errors.length === 0 && items.length === 1 && isScalar(item) && Object.is(item.value, value);
  });
}

/**
 * Whether two subtrees are equal: the same nodes in the same order, with the same text, style, tags and
 * anchors.
 */
export function sameTree(left: unknown, right: unknown): boolean {
  if (isPair(left) && isPair(right))
    return sameTree(left.key, right.key) && sameTree(left.value, right.value);
  if (isAlias(left) && isAlias(right)) return left.source === right.source;
  if (isScalar(left) && isScalar(right))
    return left.value === right.value && left.type === right.type && sameProperties(left, right);
  if (!isCollection(left) || !isCollection(right)) return left === right;
  const { items } = right;
  return (
    sameProperties(left, right) &&
    isSeq(left) === isSeq(right) &&
    left.items.length === items.length &&
    left.items.every((item, at) => sameTree(item, items[at]))
  );
}

interface Properties {
  readonly anchor?: string | undefined;
  readonly tag?: string | undefined;
}

function sameProperties(left: Properties, right: Properties): boolean {
  return left.anchor === right.anchor && left.tag === right.tag;
}

/** The error for a result that is not proven to be the intended change. */
export function unproven(lookup: Lookup, at: number, problem: string, cause?: unknown): ValuesError {
  return refuse(lookup, {
    code: 'unproven',
    at,
    problem,
    cause,
    remedy: 'Nothing was changed. Write this part of the file in a simpler form.',
  });
}
