import { Scalar } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import { locate } from './locate.ts';
import { toPath, type Path } from './path.ts';
import { isString, readings } from './scalar-reading.ts';
import { readSource } from './decode-file.ts';
import { refuseTag } from './tag.ts';
import { scalarAt } from './replaceable-scalar.ts';

/**
 * Reads one scalar of a values file. Paths and rules are those of {@link setValue}, but block scalars and
 * values that span several lines can be read, too. An empty value is `null`.
 *
 * @throws ValuesError as {@link setValue}; also `ambiguous-value` if YAML 1.2 and YAML 1.1 readers see
 *   different values (`0777`, `yes`, a date) or an integer is too large to be exact
 */
export function getValue(bytes: Uint8Array, path: string | Path): string | number | boolean | null {
  const lookup = readSource(bytes, toPath(path));
  const location = locate(lookup);
  if (location.node === null) return null;
  const node = scalarAt(lookup, location);
  refuseTag(lookup, node, 'string');
  return isString(node) ? String(node.value) : sameToAll(lookup, node);
}

function sameToAll(lookup: Lookup, node: Scalar.Parsed): string | number | boolean | null {
  const { core, v11 } = readings(node);
  const exact = typeof core !== 'number' || !Number.isInteger(core) || Number.isSafeInteger(core);
  if (Object.is(core, v11) && exact) return core as string | number | boolean | null;
  throw refuse(lookup, {
    code: 'ambiguous-value',
    at: node.range[0],
    problem: exact
      ? `${String(node.value)} is ${show(core)} in YAML 1.2 and ${show(v11)} in YAML 1.1`
      : `the integer ${String(node.value)} is too large to be exact`,
    remedy: 'Quote the value if it is a text; write it in plain decimal form if it is a number.',
    value: node.value,
  });
}

function show(reading: unknown): string {
  return reading instanceof Date
    ? `the date ${reading.toISOString()}`
    : `${typeof reading} ${String(reading)}`;
}
