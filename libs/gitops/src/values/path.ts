import { ValuesError } from './error.ts';

/** Keys (strings) and list indexes (numbers) from the root of a document to a value. */
export type Path = readonly (string | number)[];

/**
 * The maximum depth of a document; the limit bounds the recursion of every walk. Real values files are
 * flatter.
 */
export const MAX_DEPTH = 100;

// Dots separate keys, so a key that contains a dot, a bracket, a quote or a space is written as a JSON
// string.
const KEY = String.raw`(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<bare>[^\s."[\]]+))`;
const INDEX = String.raw`\[(?<index>0|[1-9]\d{0,8})\]`;
const FIRST = new RegExp(`${KEY}|${INDEX}`, 'y');
const NEXT = new RegExp(`\\.${KEY}|${INDEX}`, 'y');

/** U+202A–202E, U+2066–2069, U+200E, U+200F and U+061C change the displayed order (Unicode TR 36). */
const BIDI_CONTROL = /\p{Bidi_Control}/u;
const CONTROL = /\p{Cc}/u;

/**
 * Reads a path such as `image.digest`, `containers[0].image`, `containers.0.image` or `"a.b".c`.
 *
 * A bare `0` is a key in a map and an index in a list; `[0]` is an index only.
 * @throws ValuesError `bad-path`; the message names the column in the path, from 1
 */
export function parsePath(text: string): Path {
  const path: (string | number)[] = [];
  for (let at = 0; at < text.length;) {
    const pattern = at === 0 ? FIRST : NEXT;
    pattern.lastIndex = at;
    const { bare, quoted, index } = pattern.exec(text)?.groups ?? {};
    if (index !== undefined) path.push(Number(index));
    else if (bare !== undefined) path.push(bare);
    else path.push(unquote(text, at, quoted));
    at = pattern.lastIndex;
  }
  return checkPath(path, text);
}

/** The text form of a path: `parsePath(formatPath(path))` is `path`. */
export function formatPath(path: Path): string {
  return path
    .map((segment, at) => {
      if (typeof segment === 'number') return `[${segment}]`;
      const key = /^[^\s."[\]]+$/.test(segment) ? segment : JSON.stringify(segment);
      return at === 0 ? key : `.${key}`;
    })
    .join('');
}

/**
 * The segments of a path in either form.
 * @throws ValuesError `bad-path`; `look-alike-key` for a key with hidden or decomposed characters
 */
export function toPath(path: string | Path): Path {
  return typeof path === 'string' ? parsePath(path) : checkPath(path, formatPath(path));
}

function unquote(text: string, at: number, quoted: string | undefined): string {
  try {
    if (quoted !== undefined) return JSON.parse(quoted) as string;
  } catch {
    // Not a JSON string: refused below, like any other invalid segment.
  }
  throw badPath(
    text,
    `expected a key or an [index] at column ${at + 1} of the path`,
    'Write a path such as image.digest, containers[0].image or "a.b".c.',
  );
}

function checkPath(path: Path, text: string): Path {
  if (path.length === 0) throw badPath(text, 'the path is empty', 'Name at least one key.');
  if (path.length > MAX_DEPTH)
    throw badPath(text, `the path has ${path.length} segments`, `Use at most ${MAX_DEPTH}.`);
  for (const segment of path) checkSegment(segment, text);
  return path;
}

function checkSegment(segment: string | number, text: string): void {
  if (typeof segment === 'number') {
    if (Number.isSafeInteger(segment) && segment >= 0) return;
    throw badPath(text, `${segment} is not a list index`, 'Use a whole number from 0.', segment);
  }
  if (!segment.isWellFormed() || CONTROL.test(segment))
    throw badPath(text, 'a key has a control character', 'Name the key in plain text.', segment);
  if (BIDI_CONTROL.test(segment) || segment.normalize('NFC') !== segment)
    throw new ValuesError({
      code: 'look-alike-key',
      problem: `the key ${JSON.stringify(segment)} has hidden or decomposed characters`,
      remedy: 'Write the key in Unicode NFC, without direction marks.',
      path: text,
      value: segment,
    });
}

function badPath(path: string, problem: string, remedy: string, value: unknown = path): ValuesError {
  return new ValuesError({ code: 'bad-path', problem, remedy, path, value });
}
