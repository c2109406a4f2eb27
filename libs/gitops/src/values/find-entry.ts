import { isAlias, isScalar, Scalar, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import type { ValuesError } from './error.ts';
import { isString, readings } from './scalar-reading.ts';
import { refuseTag } from './tag.ts';
import { isAmbiguous } from './ambiguous-scalar.ts';

/** A key and its value in a parsed map. */
export type Entry = Pair<ParsedNode, ParsedNode | null>;

const ASCII = /^[\x20-\x7e]*$/;
const LATIN = /\p{Script=Latin}/u;
/** Scripts with letters that look Latin (Unicode TS 39, mixed-script confusables). */
const LATIN_LIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;
const HIDDEN = /\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/gu;

/**
 * The entry of a map that every reader finds under this key. Undefined if there is none.
 * @throws ValuesError `duplicate-key`, `ambiguous-key`, `merge-key`, `look-alike-key`, `alias`, and as {@link
 *   refuseTag}
 */
export function findEntry(lookup: Lookup, map: YAMLMap.Parsed, key: string): Entry | undefined {
  const found: Entry[] = [];
  let merge: Entry | undefined;
  for (const entry of map.items) {
    const { key: node } = entry;
    if (isAlias(node)) throw aliasKey(lookup, node.range[0], node.source);
    if (!isScalar(node)) continue;
    if (isMerge(node)) merge = entry;
    refuseLookAlike(lookup, node, key);
    if (keyReadings(node).includes(key)) found.push(entry);
  }
  refuseMerge(lookup, map, merge, found[0], key);
  return onlyOne(lookup, found, key);
}

function onlyOne(lookup: Lookup, [entry, second]: Entry[], key: string): Entry | undefined {
  if (entry === undefined) return undefined;
  if (second !== undefined)
    throw refuse(lookup, {
      code: 'duplicate-key',
      at: second.key.range[0],
      problem: `the key ${JSON.stringify(key)} occurs twice, and readers disagree about which one is used`,
      remedy: 'Remove one of them.',
      value: key,
    });
  const node = entry.key as Scalar.Parsed;
  refuseTag(lookup, node, 'string');
  const other = keyReadings(node).find((reading) => reading !== key);
  if (other !== undefined)
    throw refuse(lookup, {
      code: 'ambiguous-key',
      at: node.range[0],
      problem: `some readers parse the key ${String(node.value)} as ${other === node.value ? key : other}`,
      remedy: 'Quote the key.',
      value: node.value,
    });
  return entry;
}

/** The key's text, and the JSON key that YAML 1.2 and YAML 1.1 readers make of it. */
function keyReadings(node: Scalar): readonly string[] {
  const text = String(node.value);
  if (isString(node) || !isAmbiguous(text)) return [text];
  const { core, v11 } = readings(node);
  return [text, String(core), String(v11)];
}

function isMerge(node: Scalar): boolean {
  return node.type === Scalar.PLAIN && node.value === '<<';
}

/**
 * For every reader a key after a merge overrides the merge. YAML 1.1 readers disagree about a key before it:
 * Helm 4.1.4 overwrites it with the merge, PyYAML does not. A missing key may come from the merge.
 */
function refuseMerge(
  lookup: Lookup,
  map: YAMLMap.Parsed,
  merge: Entry | undefined,
  found: Entry | undefined,
  key: string,
): void {
  if (merge === undefined) return;
  const after = found !== undefined && map.items.indexOf(found) > map.items.indexOf(merge);
  if (after && key !== '<<') return;
  throw refuse(lookup, {
    code: 'merge-key',
    at: merge.key.range[0],
    problem: `the merge key << may set ${JSON.stringify(key)}`,
    remedy: `Write ${JSON.stringify(key)} below the merge key, or change the merged map.`,
    value: key,
  });
}

/** Refuses a map with a key that a reviewer can mistake for this one. */
function refuseLookAlike(lookup: Lookup, node: Scalar.Parsed, key: string): void {
  const text = String(node.value);
  if (ASCII.test(text) && (text === key || ASCII.test(key))) return;
  const mixed = LATIN.test(text) && LATIN_LIKE.test(text);
  const disguised = text !== key && skeleton(text) === skeleton(key);
  if (!mixed && !disguised && text.normalize('NFC') === text && text.search(HIDDEN) === -1) return;
  throw refuse(lookup, {
    code: 'look-alike-key',
    at: node.range[0],
    problem: `the key ${JSON.stringify(text)} can be mistaken for another one`,
    remedy: 'Write keys in one alphabet, in Unicode NFC, without hidden characters.',
    value: text,
  });
}

function skeleton(key: string): string {
  return key.normalize('NFKC').replace(HIDDEN, '');
}

function aliasKey(lookup: Lookup, at: number, source: string): ValuesError {
  return refuse(lookup, {
    code: 'alias',
    at,
    problem: `the key *${source} is an alias`,
    remedy: 'Replace the alias with the key.',
    value: source,
  });
}
