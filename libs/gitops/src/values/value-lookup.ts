import { ValuesError, type ValuesErrorCode } from './error.ts';
import { formatPath, type Path } from './path.ts';

/** A path and the text to search; every error names both. */
export interface Lookup {
  /** Without a byte order mark. */
  readonly text: string;
  readonly path: Path;
}

/** A problem and its offset in the text. */
interface Objection {
  readonly code: ValuesErrorCode;
  readonly at?: number | undefined;
  readonly problem: string;
  readonly remedy: string;
  readonly value?: unknown;
  readonly cause?: unknown;
}

/** The error for a problem, with its line and column. */
export function refuse({ text, path }: Lookup, { at, ...objection }: Objection): ValuesError {
  const position = at === undefined ? {} : positionOf(text, at);
  return new ValuesError({ ...objection, ...position, path: formatPath(path) });
}

/** The line and column of an offset, from 1. */
function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return { line, column: offset - lineStart + 1 };
}
