import { createHash } from 'node:crypto';
import { SECRET, UNKNOWN, type Graph, type Value } from './graph.ts';

// Signatures of special values in the SDK's wire format (@pulumi/pulumi 3.270.0, runtime/rpc.js).
const MARK = '4dabf18193072939515e22adb298388d';
const SECRET_MARK = '1b47061264138c4ac30d75fd1eb44270';
const RESOURCE_MARK = '5cf8f73096256a8f31e491e813e4eb8e';
const UNKNOWN_TEXT = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/**
 * Converts a wire value to canonical form: keys sorted, secrets masked, unknowns named.
 *
 * @param sources the resources that the value comes from; unknown values are named after them
 */
export function canonicalValue(wire: unknown, sources: readonly string[] = []): Value {
  if (wire === UNKNOWN_TEXT) return { [UNKNOWN]: [...sources].sort() };
  if (wire === null || wire === undefined) return null;
  if (Array.isArray(wire)) return wire.map((item) => canonicalValue(item, sources));
  if (typeof wire === 'object') return canonicalObject(wire as Record<string, unknown>, sources);
  return wire as Value;
}

function canonicalObject(wire: Record<string, unknown>, sources: readonly string[]): Value {
  if (wire[MARK] === SECRET_MARK) return { [SECRET]: true };
  if (wire[MARK] === RESOURCE_MARK) return { $resource: String(wire['urn']) };
  return sortedObject(wire, (value) => canonicalValue(value, sources));
}

/** Copies an object with its keys sorted and undefined properties left out. */
export function sortedObject<T>(
  object: Readonly<Record<string, T>>,
  map: (value: T, key: string) => Value,
): { [key: string]: Value } {
  const keys = Object.keys(object).sort();
  return Object.fromEntries(
    keys.filter((key) => object[key] !== undefined).map((key) => [key, map(object[key] as T, key)]),
  );
}

/** The text of a graph as it is checked in: JSON indented by two spaces, with a final newline. */
export function graphText(graph: Graph): string {
  return `${JSON.stringify(graph, undefined, 2)}\n`;
}

/** `sha256:<hex>` of a graph's text. Equal graphs have equal hashes on every machine. */
export function graphHash(graph: Graph): string {
  return `sha256:${createHash('sha256').update(graphText(graph)).digest('hex')}`;
}
