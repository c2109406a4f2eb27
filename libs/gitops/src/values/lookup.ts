import { ValuesError, type ValuesErrorCode } from './error.ts';
import { formatPath, type Path } from './path.ts';

/** A path, and the text in which it is looked for: what every refusal has to name. */
export interface Lookup {
  /** Without a byte order mark. */
  readonly text: string;
  readonly path: Path;
}

/** What is refused, with the offset in the text where it stands. */
interface Objection {
  readonly code: ValuesErrorCode;
  readonly at?: number | undefined;
  readonly problem: string;
  readonly remedy: string;
  readonly value?: unknown;
  readonly cause?: unknown;
}

/** The error for an objection, with its line and column. */
export function refuse({ text, path }: Lookup, { at, ...objection }: Objection): ValuesError {
  const place = at === undefined ? {} : placeOf(text, at);
  return new ValuesError({ ...objection, ...place, path: formatPath(path) });
}

/** 1-based line and column of an offset. */
function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return { line, column: offset - lineStart + 1 };
}
