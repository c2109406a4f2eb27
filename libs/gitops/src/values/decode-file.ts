import { isUtf8 } from 'node:buffer';
import { refuse, type Lookup } from './value-lookup.ts';
import type { Path } from './path.ts';

/**
 * The maximum size of a values file: 8 MiB. Helm stores a release with its values compressed in one
 * Kubernetes Secret, which is limited to 1 MiB. Parsing larger files would take seconds and gigabytes.
 */
export const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Not in YAML 1.2's c-printable (section 5.1). The parser's markers are among these, so a file must not
 * contain them.
 */
// eslint-disable-next-line no-control-regex -- the pattern is for control characters
const UNPRINTABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/**
 * Line breaks for a YAML 1.1 reader such as Helm, but not for this YAML 1.2 parser (a lone CR: the other way
 * round).
 */
const DISPUTED_BREAK = /\r(?!\n)|[\x85\u2028\u2029]/;

/**
 * The text of a values file without its byte order mark, which the parser would count as indentation.
 * @throws ValuesError `too-large`, `utf-16`, `invalid-utf8`, `control-character`, `line-break`
 */
export function readSource(bytes: Uint8Array, path: Path): Lookup {
  refuseSize(bytes.length, path);
  refuseOtherEncodings(bytes, path);
  const lookup = { text: new TextDecoder().decode(bytes), path };
  refuseCharacter(
    lookup,
    UNPRINTABLE,
    'control-character',
    'Remove it, or write it as an escape in double quotes.',
  );
  refuseCharacter(
    lookup,
    DISPUTED_BREAK,
    'line-break',
    'Use LF or CRLF; YAML 1.1 and 1.2 break lines differently here.',
  );
  return lookup;
}

/** @throws ValuesError `too-large` above {@link MAX_BYTES} */
export function refuseSize(size: number, path: Path): void {
  if (size <= MAX_BYTES) return;
  throw refuse(
    { text: '', path },
    {
      code: 'too-large',
      problem: `the file has ${size} bytes`,
      remedy: `Values files may have at most ${MAX_BYTES} bytes; split it.`,
      value: size,
    },
  );
}

/** Replaces the text between two offsets and copies all other bytes. */
export function splice(
  bytes: Uint8Array,
  text: string,
  start: number,
  end: number,
  written: string,
): Uint8Array {
  const from = markLength(bytes) + Buffer.byteLength(text.slice(0, start));
  const to = from + Buffer.byteLength(text.slice(start, end));
  const middle = new TextEncoder().encode(written);
  const result = new Uint8Array(bytes.length - (to - from) + middle.length);
  result.set(bytes.subarray(0, from));
  result.set(middle, from);
  result.set(bytes.subarray(to), from + middle.length);
  return result;
}

/** The length of a UTF-8 byte order mark at the start of the file. */
function markLength(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function refuseOtherEncodings(bytes: Uint8Array, path: Path): void {
  // A values file starts with ASCII, so in UTF-16 the first two bytes are a byte order mark or contain a
  // zero.
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (utf16 || (bytes.length > 1 && (first === 0) !== (second === 0)))
    throw refuse(
      { text: '', path },
      { code: 'utf-16', at: 0, problem: 'the file is UTF-16', remedy: 'Save it as UTF-8.' },
    );
  if (isUtf8(bytes)) return;
  const text = new TextDecoder().decode(bytes);
  throw refuse(
    { text, path },
    {
      code: 'invalid-utf8',
      at: firstDamage(bytes, text),
      problem: 'the file has a byte that is not UTF-8',
      remedy: 'Save it as UTF-8.',
    },
  );
}

/** The offset of the first replacement character that the file does not itself contain. */
function firstDamage(bytes: Uint8Array, text: string): number {
  let at = text.indexOf('\uFFFD');
  const isReal = (offset: number): boolean => {
    const byte = markLength(bytes) + Buffer.byteLength(text.slice(0, offset));
    return bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd;
  };
  while (isReal(at)) at = text.indexOf('\uFFFD', at + 1);
  return at;
}

function refuseCharacter(
  lookup: Lookup,
  pattern: RegExp,
  code: 'control-character' | 'line-break',
  remedy: string,
): void {
  const at = lookup.text.search(pattern);
  if (at === -1) return;
  const value = lookup.text.charAt(at);
  const name = value.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  throw refuse(lookup, { code, at, problem: `the file has the character U+${name}`, remedy, value });
}
