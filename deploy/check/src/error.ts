/** What can go wrong: Helm refused many values at once and did not say which. */
export type CheckErrorCode = 'chart';

/** The one error of this package: a code to branch on, and a message that names the value, the place and the remedy. */
export class CheckError extends Error {
  readonly code: CheckErrorCode;
  /** The offending value. */
  readonly value: unknown;

  constructor(code: CheckErrorCode, message: string, options: { value?: unknown; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'CheckError';
    this.code = code;
    this.value = options.value;
  }
}
