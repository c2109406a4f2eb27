/**
 * What can go wrong, as a closed set.
 *
 * - `usage`: the question itself makes no sense (no such stack, a bad option)
 * - `invalid`: a file or a configuration value breaks its rules
 * - `program`: the program threw, is no function, or registers resources where it must not
 * - `endless`: the program did not end in time
 * - `empty`: the program registers nothing
 * - `duplicate`: two resources have one name
 * - `lookup`: the program asks the cloud something that has no recorded answer
 * - `leak`: a secret stands in clear where it must be wrapped
 * - `stale`: the checked-in graph is not what the program makes
 * - `refused`: a rule forbids it (a policy, the wrong environment, a wrong backend)
 * - `locked`: another update holds the stack
 * - `auth`: credentials are missing, wrong or expired
 * - `engine`: the engine or a provider failed in a way we have no better word for
 * - `no-engine`: the `pulumi` program is not there, or a version that is known to be broken
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

/** The one error of this package: a code to branch on, the offending value, and a message with place and remedy. */
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
