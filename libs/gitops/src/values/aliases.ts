import { isAlias, isCollection, isPair, type Alias, type ParsedNode } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import type { ValuesDocument } from './documents.ts';

/**
 * The number of nodes that aliases may add to one expanded document. Ten thousand uses of a ten-line default
 * are allowed; a "billion laughs" attack of nine levels reaches 10⁹.
 */
const MAX_ALIASED_NODES = 100_000;

/**
 * The anchors of a document that aliases use.
 * @throws ValuesError `alias-bomb` if the expanded document is too large or infinite, `syntax` for an alias
 *   without an anchor
 */
export function referencedAnchors(lookup: Lookup, document: ValuesDocument): ReadonlySet<string> {
  const survey = new Survey(lookup);
  if (lookup.text.includes('*')) survey.sizeOf(document.contents);
  return survey.referenced;
}

/** Computes the sizes of subtrees with all aliases expanded, without expanding them. */
class Survey {
  readonly referenced = new Set<string>();
  readonly #lookup: Lookup;
  /** The expanded size by anchor; `undefined` while the anchored node is still being read. */
  readonly #sizes = new Map<string, number | undefined>();
  #added = 0;

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  sizeOf(node: unknown): number {
    if (isPair(node)) return this.sizeOf(node.key) + this.sizeOf(node.value);
    if (isAlias(node)) return this.#aliasSize(node);
    if (!isCollection(node)) return this.#remember(node as ParsedNode | null, 1);
    if (node.anchor !== undefined) this.#sizes.set(node.anchor, undefined);
    let size = 1;
    for (const item of node.items) size += this.sizeOf(item);
    return this.#remember(node as ParsedNode, size);
  }

  #remember(node: ParsedNode | null, size: number): number {
    if (node !== null && 'anchor' in node && node.anchor !== undefined) this.#sizes.set(node.anchor, size);
    return size;
  }

  #aliasSize(alias: Alias): number {
    const { source } = alias;
    const at = alias.range?.[0];
    if (!this.#sizes.has(source))
      throw refuse(this.#lookup, {
        code: 'syntax',
        at,
        problem: `*${source} has no anchor before it`,
        remedy: `Define &${source} first.`,
        value: source,
      });
    this.referenced.add(source);
    const size = this.#sizes.get(source) ?? Infinity;
    this.#added += size;
    if (this.#added > MAX_ALIASED_NODES)
      throw refuse(this.#lookup, {
        code: 'alias-bomb',
        at,
        problem: `aliases expand to more than ${MAX_ALIASED_NODES} nodes`,
        remedy: 'Write the values out where they are used.',
        value: source,
      });
    return size;
  }
}
