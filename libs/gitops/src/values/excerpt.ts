import type { Aim } from './aim.ts';
import { ValuesError } from './error.ts';
import { blockEnd, lineAt, type Line } from './line.ts';
import { MAX_DEPTH, type Path } from './path.ts';
import { isTrap } from './trap.ts';

/**
 * 256 KiB: a file below costs less than 0.3 s as a whole. The parser makes some ten objects a line, so that 6 MB of short
 * lines would cost several seconds and a gigabyte.
 */
const LARGE = 256 * 1024;

/** The lines of a text that lead to a path. */
export interface Excerpt {
  /** Of each list only the item on the path is left, which is the first one here. */
  readonly aim: Aim;
  /** The offset in the whole text of an offset in the line of the path's own value. */
  readonly whole: (offset: number) => number;
}

/**
 * Does something with the lines that lead to the aim's path, if the text is so large that it is worth while, and so plain
 * that nothing else in it can matter; else, and whenever the lines alone are refused, with the whole text.
 */
export function inExcerpt<T>(aim: Aim, act: (aim: Aim, whole: (offset: number) => number) => T): T {
  const excerpt = aim.text.length < LARGE ? undefined : excerptOf(aim);
  try {
    if (excerpt !== undefined) return act(excerpt.aim, excerpt.whole);
  } catch (error) {
    if (!(error instanceof ValuesError)) throw error; // said again below, with its true place
  }
  return act(aim, (offset) => offset);
}

/** A map or a list that is open at the line that is looked at. */
interface Frame {
  readonly indent: number;
  readonly list: boolean;
  /** Whether the path leads through it. */
  readonly onPath: boolean;
  /** Whether its newest entry is on the path. */
  entered: boolean;
  /** Whether an entry on the path was seen. */
  found: boolean;
  /** How many items a list has so far. */
  count: number;
}

/**
 * Every line of the text is looked at: only maps, lists and values of one line or a block, without anchors, aliases, tags,
 * merges or documents, so that no line can change what another one means. A key twice on the path is no excerpt either.
 *
 * @returns undefined for every other text, also when the path is not there
 */
export function excerptOf(aim: Aim): Excerpt | undefined {
  return aim.path.every(isPlainSegment) ? new Reading(aim).excerpt() : undefined;
}

/** A key that has one text and one meaning to every reader, as all keys of an excerpt; or an index. */
function isPlainSegment(segment: Path[number]): boolean {
  if (typeof segment === 'number') return true;
  return lineAt(`${segment}:`, 0)?.key === segment && !isTrap(segment);
}

class Reading {
  readonly #aim: Aim;
  readonly #frames: Frame[] = [];
  readonly #kept: string[] = [];
  #length = 0;
  /** From the excerpt to the text, in the line of the path's own value. */
  #shift: number | undefined;
  /** Whether the last line ended with a key that has no value yet. */
  #open = true;

  constructor(aim: Aim) {
    this.#aim = aim;
  }

  excerpt(): Excerpt | undefined {
    const { text, path } = this.#aim;
    let at = afterMarker(text);
    while (at < text.length) {
      const line = lineAt(text, at);
      const end = line && this.#read(line, at);
      if (end === undefined) return undefined;
      at = end;
    }
    const shift = this.#shift;
    if (shift === undefined) return undefined;
    const own = path.map((segment) => (typeof segment === 'number' ? 0 : segment));
    return { aim: { text: this.#kept.join(''), path: own }, whole: (offset) => offset + shift };
  }

  /** Takes in one line. @returns where the next one starts; undefined when this one is not plain. */
  #read(line: Line, at: number): number | undefined {
    const { indent, dash, key, value, end } = line;
    if (dash === '' && key === undefined) return value === undefined ? end : undefined; // a comment, or text that goes on
    if (dash !== '' && key === undefined && value === undefined) return undefined;
    if (dash !== '' && !this.#enter(indent, true, undefined)) return undefined;
    const column = indent + dash.length;
    if (dash !== '') this.#open = true;
    if (key !== undefined && !this.#enter(column, false, key)) return undefined;
    this.#open = key !== undefined && value === undefined;
    this.#keep(line, at);
    const isBlock = value?.startsWith('|') === true || value?.startsWith('>') === true;
    if (!isBlock) return end;
    const after = blockEnd(this.#aim.text, end, key === undefined ? indent : column);
    if (after !== undefined && this.#isOnPath()) this.#push(this.#aim.text.slice(end, after));
    return after;
  }

  /** Begins an entry of a map, or an item of a list. @returns whether there can be one at this column. */
  #enter(indent: number, list: boolean, key: string | undefined): boolean {
    const frames = this.#frames;
    while (frames.length > 0 && isLeft(frames.at(-1) as Frame, indent, list)) {
      frames.pop();
      this.#open = false;
    }
    const top = frames.at(-1);
    const begins = top?.indent !== indent || top.list !== list;
    if (begins && !this.#begin(indent, list)) return false;
    return this.#enterInto(frames.at(-1) as Frame, frames.length - 1, key);
  }

  #begin(indent: number, list: boolean): boolean {
    const parent = this.#frames.at(-1);
    const fits = parent === undefined ? indent === 0 : indent > parent.indent || (list && !parent.list);
    if (!this.#open || !fits || this.#frames.length >= MAX_DEPTH) return false;
    const onPath = parent === undefined || parent.entered;
    return this.#frames.push({ indent, list, onPath, entered: false, found: false, count: 0 }) > 0;
  }

  #enterInto(frame: Frame, depth: number, key: string | undefined): boolean {
    const segment = this.#aim.path[depth];
    const own = key ?? String(frame.count);
    frame.count += 1;
    // Below the end of the path everything is kept; a number is no key of a map.
    frame.entered =
      frame.onPath &&
      (segment === undefined || (String(segment) === own && !(key && typeof segment === 'number')));
    const twice = frame.entered && frame.found && segment !== undefined;
    frame.found ||= frame.entered;
    return !twice;
  }

  #isOnPath(): boolean {
    return this.#frames.every(({ entered }) => entered);
  }

  #keep({ dash, end }: Line, at: number): void {
    const { text, path } = this.#aim;
    const onPath = this.#isOnPath();
    if (onPath && this.#frames.length === path.length) this.#shift = at - this.#length;
    if (onPath || (dash !== '' && this.#isInItem())) this.#push(text.slice(at, end));
  }

  /** Whether the item that this line begins is on the path, though its first key is not. */
  #isInItem(): boolean {
    return this.#frames.slice(0, -1).every(({ entered }) => entered) && this.#frames.at(-1)?.list === false;
  }

  #push(lines: string): void {
    this.#kept.push(lines);
    this.#length += lines.length;
  }
}

/** Whether a frame has ended when an entry begins at a column. */
function isLeft(frame: Frame, indent: number, list: boolean): boolean {
  return frame.indent > indent || (frame.indent === indent && frame.list && !list);
}

/** Behind the mark that starts a document, if comments at most are before it. */
function afterMarker(text: string): number {
  return /^(?:[ ]*(?:#[^\n]*)?\r?\n)*---[ ]*\r?\n/.exec(text)?.[0].length ?? 0;
}
