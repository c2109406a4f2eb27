import { isAlias, isMap, isScalar, isSeq, Scalar, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import { referencedAnchors } from './aliases.ts';
import { parseDocuments, type ValuesDocument } from './documents.ts';
import { ValuesError, type ValuesErrorCode } from './error.ts';
import { findEntry } from './find-entry.ts';
import type { Path } from './path.ts';
import { refuseTag } from './tag.ts';

/** The node at a path, and its context. */
export interface Location {
  /** `null` if the text has no value, as in `? key`. */
  readonly node: ParsedNode | null;
  /** From the root of the document to the node's parent. */
  readonly ancestors: readonly ParsedNode[];
  /** Whether the node is inside `{ }` or `[ ]`. */
  readonly inFlow: boolean;
  /** The anchors of the document that aliases use. */
  readonly referenced: ReadonlySet<string>;
  /** Every document of the file. */
  readonly documents: readonly ValuesDocument[];
}

const OTHER_KIND: ReadonlySet<ValuesErrorCode> = new Set(['not-a-map', 'not-a-list']);

/**
 * Follows a path. It must exist in exactly one document of the file and have the same meaning for every
 * reader.
 * @throws ValuesError as {@link parseDocuments}, {@link referencedAnchors} and {@link findEntry}; also
 *   `missing`, `ambiguous-document`, `not-a-map`, `not-a-list`, `empty-value`, `alias`
 */
export function locate(lookup: Lookup, path: Path = lookup.path): Location {
  const documents = parseDocuments(lookup);
  const absences: ValuesError[] = [];
  const found: Location[] = [];
  for (const document of documents) {
    try {
      found.push({ ...locateIn(lookup, path, document), documents });
    } catch (error) {
      if (!(error instanceof ValuesError) || !isAbsence(error, document, path)) throw error;
      absences.push(error);
    }
  }
  const [location, second] = found;
  if (second !== undefined) throw ambiguousDocument(lookup, second);
  if (location !== undefined) return location;
  throw absences[0] ?? refuse(lookup, { code: 'missing', ...NO_DOCUMENT });
}

/**
 * Whether a document simply does not have the path. A document with another value along the path is
 * ambiguous: Helm merges the documents of a file, so `a: 5` in the second one removes `a.b` of the first.
 */
function isAbsence({ code }: ValuesError, { contents }: ValuesDocument, [first]: Path): boolean {
  const otherKind = typeof first === 'number' ? !isSeq(contents) : !isMap(contents);
  return code === 'missing' || (otherKind && OTHER_KIND.has(code));
}

const NO_DOCUMENT = { problem: 'the file has no content', remedy: 'Add the key to the file first.' };

function locateIn(lookup: Lookup, path: Path, document: ValuesDocument): Omit<Location, 'documents'> {
  const referenced = referencedAnchors(lookup, document);
  const ancestors: ParsedNode[] = [];
  let node: ParsedNode | null = document.contents;
  if (isEmpty(node)) throw refuse(lookup, { code: 'missing', at: node?.range[0], ...NO_DOCUMENT });
  for (const segment of path) {
    const parent: ParsedNode = node ?? refuseEmpty(lookup, ancestors, segment);
    node = step(lookup, parent, segment);
    ancestors.push(parent);
  }
  const inFlow = ancestors.some((ancestor) => 'flow' in ancestor && ancestor.flow === true);
  return { node, ancestors, inFlow, referenced };
}

function step(lookup: Lookup, node: ParsedNode, segment: string | number): ParsedNode | null {
  if (isMap(node)) return stepIntoMap(lookup, node as YAMLMap.Parsed, segment);
  if (isSeq(node)) return stepIntoList(lookup, node as YAMLSeq.Parsed, segment);
  refuseAlias(lookup, node);
  if (isEmpty(node)) return refuseEmpty(lookup, [node], segment);
  throw refuse(lookup, {
    code: 'not-a-map',
    at: node.range[0],
    problem: `a scalar has no key ${JSON.stringify(segment)}`,
    remedy: 'Shorten the path.',
    value: segment,
  });
}

function stepIntoMap(lookup: Lookup, map: YAMLMap.Parsed, segment: string | number): ParsedNode | null {
  refuseTag(lookup, map, 'map');
  const at = map.range[0];
  if (typeof segment === 'number')
    throw refuse(lookup, {
      code: 'not-a-list',
      at,
      problem: `a map has no index [${segment}]`,
      remedy: `Write .${segment} if it is a key.`,
      value: segment,
    });
  const entry = findEntry(lookup, map, segment);
  if (entry !== undefined) return entry.value;
  const present = map.items.map(({ key }) => (isScalar(key) ? String(key.value) : '?'));
  throw missing(lookup, at, segment, present);
}

function stepIntoList(lookup: Lookup, list: YAMLSeq.Parsed, segment: string | number): ParsedNode | null {
  refuseTag(lookup, list, 'list');
  const at = list.range[0];
  if (!/^(?:0|[1-9]\d*)$/.test(String(segment)))
    throw refuse(lookup, {
      code: 'not-a-map',
      at,
      problem: `a list has no key ${JSON.stringify(segment)}`,
      remedy: 'Use an index such as [0].',
      value: segment,
    });
  const item = list.items[Number(segment)];
  if (item === undefined) throw missing(lookup, at, segment, [...list.items.keys()].map(String));
  return item as ParsedNode; // a pair inside [ ] is parsed as a map
}

/** @throws ValuesError `alias`, because the value of an alias must be changed at its anchor */
export function refuseAlias(lookup: Lookup, node: ParsedNode | null): void {
  if (!isAlias(node)) return;
  throw refuse(lookup, {
    code: 'alias',
    at: node.range[0],
    problem: `the value is the alias *${node.source}`,
    remedy: `Use the path of &${node.source}, or replace the alias with a value.`,
    value: node.source,
  });
}

function isEmpty(node: ParsedNode | null): boolean {
  return node === null || (isScalar(node) && node.type === Scalar.PLAIN && node.value === '');
}

function refuseEmpty(lookup: Lookup, ancestors: readonly ParsedNode[], segment: string | number): never {
  throw refuse(lookup, {
    code: 'empty-value',
    at: ancestors.at(-1)?.range[0],
    problem: `the value is empty, so it has no ${JSON.stringify(segment)}`,
    remedy: 'Write the map or the list into the file first.',
    value: segment,
  });
}

function missing(
  lookup: Lookup,
  at: number,
  segment: string | number,
  present: readonly string[],
): ValuesError {
  const some = present.slice(0, 5).join(', ') + (present.length > 5 ? ', …' : '');
  return refuse(lookup, {
    code: 'missing',
    at,
    problem: `${JSON.stringify(segment)} does not exist`,
    remedy: present.length === 0 ? 'Add it to the file first.' : `Known: ${some}.`,
    value: segment,
  });
}

function ambiguousDocument(lookup: Lookup, { node, ancestors }: Location): ValuesError {
  return refuse(lookup, {
    code: 'ambiguous-document',
    at: (node ?? ancestors.at(-1))?.range[0],
    problem: 'the path exists in more than one document of the file',
    remedy: 'Use one file per document.',
  });
}
