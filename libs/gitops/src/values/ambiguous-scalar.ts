/** Words that some YAML reader takes for a boolean, null, the merge key or the default value (YAML 1.1 types). */
const WORD = /^(?:~|null|true|false|yes|no|on|off|y|n|<<|=)?$/i;
const NON_FINITE = /^[-+]?\.(?:inf|nan)$/i;
/** Wider than every reader on purpose: `0o7` is YAML 1.2, `0777` and `0b1` are YAML 1.1, `1e3` and `e3` are floats to some. */
const INTEGER = /^[-+]?(?:[0-9]+|0[box][0-9a-f]*)$/i;
const FLOAT = /^[-+]?(?:[0-9]*\.?[0-9]*)(?:e[-+]?[0-9]*)?$/i;
/** `1:30` is 90 for a YAML 1.1 reader. */
const SEXAGESIMAL = /^[-+]?[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?$/;
const TIMESTAMP = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/;

/**
 * Whether a plain (unquoted) text might be read as something else than this same string, by YAML 1.2 core,
 * by the YAML 1.1 types, or by the Go reader in Helm and Argo CD, which mixes the two and drops underscores in numbers.
 */
export function isAmbiguous(text: string): boolean {
  if (WORD.test(text) || NON_FINITE.test(text) || TIMESTAMP.test(text)) return true;
  const digits = text.replaceAll('_', '');
  return INTEGER.test(digits) || FLOAT.test(digits) || SEXAGESIMAL.test(digits);
}
