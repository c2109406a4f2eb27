import type { Lookup } from './value-lookup.ts';
import { locate } from './locate.ts';
import { toPath, type Path } from './path.ts';
import { proveReplaced, type Replacement } from './prove-edit.ts';
import { readsAs } from './scalar-reading.ts';
import { writeScalar } from './scalar.ts';
import { readSource, refuseSize, splice } from './decode-file.ts';
import { replaceableScalarAt } from './replaceable-scalar.ts';
import { writableValue, type Value } from './value.ts';

/**
 * Changes one scalar of a values file and no other byte: comments, quotes, indentation, line endings, byte
 * order mark, anchors and flow maps do not change.
 *
 * YAML 1.2 readers and YAML 1.1 readers (Helm, Argo CD) both parse the new text as exactly this value. The
 * style stays if it can express the value, else double quotes are used. A key is never created, so a wrong
 * path fails.
 *
 * @param bytes the file, UTF-8, at most {@link MAX_BYTES}
 * @param path such as `image.digest`, `containers[0].image`, `"a.b".c`, or the segments themselves
 * @returns the new file; the same `bytes` if the file has the value already
 * @throws ValuesError with the problem, the position and the remedy, if the file, the path or the value is
 *   ambiguous (see {@link VALUES_ERROR_CODES}); `unproven` if the result is not proven to be exactly this
 *   change
 */
export function setValue(bytes: Uint8Array, path: string | Path, value: Value): Uint8Array {
  const segments = toPath(path);
  const wanted = writableValue(value, segments);
  const lookup = readSource(bytes, segments);
  const change = replacementOf(lookup, wanted);
  if (change === undefined) return bytes;
  const { start, old, written } = change;
  const result = splice(bytes, lookup.text, start, start + old.length, written);
  refuseSize(result.length, segments);
  return result;
}

/** The proven replacement. Undefined if the file has the value already. */
function replacementOf(lookup: Lookup, value: string | number | boolean): Replacement | undefined {
  const location = locate(lookup);
  const { node, start, end, style } = replaceableScalarAt(lookup, location, value);
  if (readsAs(node, value)) return undefined;
  const { text } = lookup;
  const { inFlow } = location;
  const written = writeScalar(value, style, inFlow);
  const replacement = { start, old: text.slice(start, end), written, value, inFlow };
  proveReplaced(lookup, text.slice(0, start) + written + text.slice(end), replacement);
  return replacement;
}
