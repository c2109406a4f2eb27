import { isMap, isScalar, type YAMLMap } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import type { ValuesError } from './error.ts';
import { insertion } from './key-insertion.ts';
import { findEntry, type Entry } from './find-entry.ts';
import { locate, type Location } from './locate.ts';
import { toPath, type Path } from './path.ts';
import { sameTree, unproven } from './prove-edit.ts';
import { readsAs } from './scalar-reading.ts';
import { readSource, refuseSize, splice } from './decode-file.ts';
import { refuseTag } from './tag.ts';
import { refuseShared } from './replaceable-scalar.ts';
import { writableValue, type Value } from './value.ts';

/**
 * Adds a key with a scalar to the end of a block map, for files that only programs write. Inserts one line
 * with the map's indentation, the file's line ending and the quotes of the entry above; no other byte
 * changes.
 *
 * @param path the map's path and the new key; the map must exist
 * @throws ValuesError as {@link setValue}; also `exists`, `not-a-block-map` (flow style, empty, or not a map)
 */
export function addKey(bytes: Uint8Array, path: string | Path, value: Value): Uint8Array {
  const segments = toPath(path);
  const wanted = writableValue(value, segments);
  const lookup = readSource(bytes, segments);
  const { text } = lookup;
  const location = locate(lookup, segments.slice(0, -1));
  const { map, last, key } = placeIn(lookup, location);
  const { at, line } = insertion(lookup, map, last, key, wanted);
  prove(lookup, location, { text: text.slice(0, at) + line + text.slice(at), path: segments }, wanted);
  const result = splice(bytes, text, at, at, line);
  refuseSize(result.length, segments);
  return result;
}

/** The map to which the key is added, and its last entry. */
function placeIn(lookup: Lookup, location: Location): { map: YAMLMap.Parsed; last: Entry; key: string } {
  const key = lookup.path.at(-1);
  const { node, inFlow } = location;
  const last = isMap(node) && node.flow !== true && !inFlow ? node.items.at(-1) : undefined;
  if (last === undefined || typeof key !== 'string') throw notABlockMap(lookup, node?.range[0]);
  const map = node as YAMLMap.Parsed;
  refuseTag(lookup, map, 'map');
  refuseShared(lookup, location);
  const present = findEntry(lookup, map, key);
  if (present !== undefined) throw exists(lookup, present.key.range[0], key);
  return { map, last: last as Entry, key };
}

/** Parses the result again: it contains the new entry, and without this entry the documents are unchanged. */
function prove(lookup: Lookup, before: Location, after: Lookup, value: Value): void {
  let cause: unknown;
  try {
    if (isAdded(before, locate(after, after.path.slice(0, -1)), after.path, value)) return;
  } catch (error) {
    cause = error;
  }
  throw unproven(lookup, 0, 'the file with the new line would not have the intended meaning', cause);
}

function isAdded(before: Location, { node, documents }: Location, path: Path, value: Value): boolean {
  const entry = isMap(node) ? (node.items.pop() as Entry | undefined) : undefined;
  const known = isScalar(entry?.key) && readsAs(entry.key, String(path.at(-1)));
  const set = isScalar(entry?.value) && readsAs(entry.value, value);
  const old = before.documents;
  const same = documents.every(({ contents }, at) => sameTree(contents, old[at]?.contents));
  return known && set && same && documents.length === old.length;
}

function notABlockMap(lookup: Lookup, at: number | undefined): ValuesError {
  return refuse(lookup, {
    code: 'not-a-block-map',
    at,
    problem: 'a key can only be added to a map in block style with at least one entry',
    remedy: 'Write each entry of the map on its own line.',
  });
}

function exists(lookup: Lookup, at: number, key: string): ValuesError {
  return refuse(lookup, {
    code: 'exists',
    at,
    problem: `the key ${JSON.stringify(key)} already exists`,
    remedy: 'Use setValue to change it.',
    value: key,
  });
}
