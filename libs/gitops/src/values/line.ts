/** One line of block YAML whose meaning hangs on nothing but its indentation. */
export interface Line {
  /** Spaces before anything else. */
  readonly indent: number;
  /** `- ` and its spaces, where the line begins an item of a list. */
  readonly dash: string;
  readonly key: string | undefined;
  readonly value: string | undefined;
  /** Where the next line starts. */
  readonly end: number;
}

/** Keys that every reader takes for their text; YAML ends a key after 1,024 characters. */
const KEY = String.raw`[A-Za-z0-9_][\w./-]{0,199}`;

// Nothing in these can go on in the next line, refer to another place, or mean something else to an older reader.
const QUOTED = String.raw`"[^"\\\n]*"|'[^'\n]*'`;
const WORD = String.raw`(?:[A-Za-z0-9_./$+]|-(?=[\w-]))[\w./$+@%=-]*`;
const list = (item: string): string => String.raw`\[ *(?:(?:${item})(?: *, *(?:${item}))*)? *\]`;
const map = (item: string): string =>
  String.raw`\{ *(?:${KEY}: +(?:${item})(?: *, *${KEY}: +(?:${item}))*)? *\}`;
const nested = (item: string): string => `${item}|${list(item)}|${map(item)}`;
const FLOW = nested(nested(nested(`${QUOTED}|${WORD}`)));
const PLAIN = String.raw`(?:[A-Za-z0-9_./$+~]|-(?=[^\s:#]))(?:[^\s:#\ufeff]|:(?!\s|$)|#| +(?![\s:#]))*`;
const VALUE = String.raw`${QUOTED}|[|>][+-]?|(?=[[{])(?:${FLOW})|${PLAIN}`;

const LINE = new RegExp(
  String.raw`(?<indent> *)(?<dash>- +)?(?:(?<key>${KEY}):(?: +(?<value>${VALUE}))?(?=\s|$)|(?<alone>${VALUE}))?` +
    String.raw` *(?:(?<=^|\s)#[^\n]*)?\r?(?:\n|$)`,
  'my',
);

/** Longer lines are left to the parser: an expression may run out of stack on them. */
const MAX_LINE = 10_000;

/** The line at an offset; undefined when it takes a YAML parser to tell what it is. */
export function lineAt(text: string, offset: number): Line | undefined {
  if (nextLine(text, offset) - offset > MAX_LINE) return undefined;
  LINE.lastIndex = offset;
  const { indent, dash = '', key, value, alone } = LINE.exec(text)?.groups ?? {};
  if (indent === undefined) return undefined;
  return { indent: indent.length, dash, key, value: value ?? alone, end: LINE.lastIndex };
}

/**
 * Where a block of text ends, whose first line starts at an offset.
 *
 * @param parent the column of the key or the dash that it belongs to
 * @returns undefined when it takes a YAML parser to tell
 */
export function blockEnd(text: string, offset: number, parent: number): number | undefined {
  let [at, margin, blank] = [offset, -1, 0];
  while (at < text.length) {
    const [indent, first] = startOf(text, at);
    if (first === '\t' && margin === -1) return undefined;
    const empty = first === '\n' || first === '\r' || first === '';
    if (!empty && indent <= parent) return at;
    if (!empty && margin === -1) margin = indent;
    if (margin === -1) blank = Math.max(blank, indent);
    else if (!empty && indent < margin) return undefined;
    if (blank > margin && margin !== -1) return undefined; // blank lines that reach further than the first one with text
    at = nextLine(text, at);
  }
  return at;
}

/** The number of spaces at an offset, and the character behind them. */
function startOf(text: string, offset: number): [number, string] {
  let at = offset;
  while (text[at] === ' ') at += 1;
  return [at - offset, text.charAt(at)];
}

function nextLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}
