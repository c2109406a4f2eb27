/**
 * The closed set of error codes of this package.
 *
 * - `usage`: the command is wrong (no such stack, a bad option)
 * - `invalid`: a file or a configuration value breaks its rules
 * - `program`: the program threw, is not a function, or registers resources while it is imported
 * - `endless`: the program did not end in time
 * - `empty`: the program registers no resource
 * - `duplicate`: two resources have the same name
 * - `lookup`: the program calls a function of the cloud that has no recorded answer
 * - `leak`: a secret is in plain text where it must be wrapped
 * - `stale`: the checked-in graph differs from the graph that the program makes
 * - `refused`: a rule forbids it (a policy, the wrong environment, a wrong backend)
 * - `locked`: another update has locked the stack
 * - `auth`: credentials are missing, wrong or expired
 * - `engine`: the engine or a provider failed with an error that has no code here
 * - `no-engine`: the `pulumi` program is missing, or its version is known to be broken
 */
export type StackErrorCode =
  | 'usage'
  | 'invalid'
  | 'program'
  | 'endless'
  | 'empty'
  | 'duplicate'
  | 'lookup'
  | 'leak'
  | 'stale'
  | 'refused'
  | 'locked'
  | 'auth'
  | 'engine'
  | 'no-engine';

/** The only error class of this package: code, offending value, and a message with place and remedy. */
export class StackError extends Error {
  readonly code: StackErrorCode;
  /** The offending value, as the user wrote it; never a secret. */
  readonly value: unknown;

  constructor(code: StackErrorCode, message: string, options: { value?: unknown; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'StackError';
    this.code = code;
    this.value = options.value;
  }
}
