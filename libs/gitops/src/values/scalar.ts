import { isAmbiguous } from './ambiguous-scalar.ts';

/** The style of a scalar. */
export type Style = 'plain' | 'single' | 'double';

/**
 * Text that every YAML version reads as a plain scalar: letters, digits and a few signs, separated by single
 * spaces. It starts with no indicator, has no space after a colon, and contains no `#`.
 */
const PLAIN =
  /^(?!\.\.\.)[\p{L}\p{N}_./+](?:[\p{L}\p{M}\p{N}_./+@~=-]|:(?=[\p{L}\p{N}_./+@~=-])| (?=[\p{L}\p{N}_./+]))*$/u;

/** Characters to escape: controls, formats (bidi marks, BOM), other line breaks and spaces, private use. */
const ESCAPED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]|(?! )\p{Zs}/u;

const SHORT_ESCAPES = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * Writes a value on one line so that YAML 1.1 and YAML 1.2 readers both parse exactly this value.
 *
 * The style is kept if it can express the value; double quotes can express any. Numbers and booleans are
 * always plain.
 */
export function writeScalar(value: string | number | boolean, style: Style, inFlow: boolean): string {
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (style === 'plain' && isPlain(value, inFlow)) return value;
  if (style === 'single' && !ESCAPED.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return `"${Array.from(value, escape).join('')}"`;
}

function isPlain(value: string, inFlow: boolean): boolean {
  // Older YAML 1.1 readers end a plain scalar at any colon inside { } and [ ].
  return PLAIN.test(value) && !isAmbiguous(value) && !(inFlow && value.includes(':'));
}

function writeNumber(value: number): string {
  const text = String(value);
  // A float of YAML 1.1 has a dot. Some readers parse 1e+21 as a string.
  return text.includes('.') ? text : text.replace('e', '.0e');
}

function escape(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  if (!ESCAPED.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
