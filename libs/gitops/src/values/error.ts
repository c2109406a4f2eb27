/** The reasons to refuse reading or editing a values file. */
export const VALUES_ERROR_CODES = [
  // the arguments
  'bad-path',
  'bad-value',
  'non-finite-number',
  // the bytes
  'too-large',
  'utf-16',
  'invalid-utf8',
  'control-character',
  'line-break',
  // the file as YAML
  'syntax',
  'tab-indentation',
  'too-deep',
  'too-many-documents',
  'alias-bomb',
  // the path to the value
  'missing',
  'exists',
  'not-a-map',
  'not-a-list',
  'not-a-block-map',
  'ambiguous-document',
  'ambiguous-key',
  'duplicate-key',
  'look-alike-key',
  'merge-key',
  'alias',
  'aliased',
  'custom-tag',
  'explicit-tag',
  // the value itself
  'collection',
  'block-scalar',
  'multi-line',
  'empty-value',
  'ambiguous-value',
  // the result
  'unproven',
] as const;

/** The closed set of codes of {@link ValuesError}. */
export type ValuesErrorCode = (typeof VALUES_ERROR_CODES)[number];

/** The parts of a {@link ValuesError}. */
interface Refusal {
  readonly code: ValuesErrorCode;
  /** The problem, without a final full stop. */
  readonly problem: string;
  /** The remedy, one sentence. */
  readonly remedy: string;
  /** The requested path, as text. */
  readonly path: string;
  /** The line in the file, from 1. Undefined if the problem is not in the file. */
  readonly line?: number | undefined;
  /** The column, from 1, in UTF-16 code units, as editors count. */
  readonly column?: number | undefined;
  /** The offending value. */
  readonly value?: unknown;
  readonly cause?: unknown;
}

/** A values file, a path or a value is refused. Nothing was changed, and a retry cannot succeed. */
export class ValuesError extends Error {
  override readonly name = 'ValuesError';
  readonly code: ValuesErrorCode;
  readonly path: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly value: unknown;

  constructor(refusal: Refusal) {
    const { code, problem, remedy, path, line, column, value, cause } = refusal;
    const place = line === undefined ? '' : ` (line ${line}, column ${column})`;
    super(`${path === '' ? 'values' : path}: ${problem}${place}. ${remedy}`, { cause });
    this.code = code;
    this.path = path;
    this.line = line;
    this.column = column;
    this.value = value;
  }
}
