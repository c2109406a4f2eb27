/**
 * Words that some YAML readers parse as a boolean, null, the merge key or the default value (YAML 1.1 types).
 */
const WORD = /^(?:~|null|true|false|yes|no|on|off|y|n|<<|=)?$/i;
const NON_FINITE = /^[-+]?\.(?:inf|nan)$/i;
/**
 * Matches more than any reader: `0o7` is YAML 1.2, `0777` and `0b1` are YAML 1.1, some read `1e3` and `e3` as
 * floats.
 */
const INTEGER = /^[-+]?(?:[0-9]+|0[box][0-9a-f]*)$/i;
const FLOAT = /^[-+]?(?:[0-9]*\.?[0-9]*)(?:e[-+]?[0-9]*)?$/i;
/** A YAML 1.1 reader parses `1:30` as 90. */
const SEXAGESIMAL = /^[-+]?[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?$/;
const TIMESTAMP = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/;

/**
 * Whether a reader may parse a plain (unquoted) text as another value than this string: by YAML 1.2 core, by
 * the YAML 1.1 types, or by the Go library of Helm and Argo CD, which mixes the two and ignores underscores
 * in numbers.
 */
export function isAmbiguous(text: string): boolean {
  if (WORD.test(text) || NON_FINITE.test(text) || TIMESTAMP.test(text)) return true;
  const digits = text.replaceAll('_', '');
  return INTEGER.test(digits) || FLOAT.test(digits) || SEXAGESIMAL.test(digits);
}
