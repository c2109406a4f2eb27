/** Every way in which reading or editing a values file is refused. */
export const VALUES_ERROR_CODES = [
  // what was asked
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
  // the way to the value
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

/** What a {@link ValuesError} tells. */
interface Refusal {
  readonly code: ValuesErrorCode;
  /** What is wrong, without a final full stop. */
  readonly problem: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;
  /** The path that was asked for, as text. */
  readonly path: string;
  /** Where in the file, 1-based; absent where the file is not at fault. */
  readonly line?: number | undefined;
  /** 1-based, in UTF-16 code units, as editors count. */
  readonly column?: number | undefined;
  /** The offending value. */
  readonly value?: unknown;
  readonly cause?: unknown;
}

/** A values file, a path or a value that is refused. Nothing was changed, and trying again cannot help. */
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
