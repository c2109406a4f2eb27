/**
 * The closed set of error codes.
 *
 * - `usage`: wrong usage (unknown environment or app, invalid option)
 * - `invalid`: a file does not match its schema
 * - `no-repository`, `no-commit`, `shallow`, `missing-commit`: the checkout lacks something
 * - `dirty`, `unpushed`: the commit must not be released yet
 * - `refused`: a rule forbids it (an app that still exists, a rejected push, a hold)
 * - `auth`, `not-found`: the remote refuses, and a retry cannot succeed
 * - `corrupt`: a repository is damaged
 * - `disk`: the disk is full, or not writable
 * - `signing`: a commit cannot be signed
 * - `network`, `timeout`, `locked`: a fault of the network, or another git process; only for these a retry makes sense
 * - `no-tool`: Helm is missing, or an npm package lacks the tool that it should contain
 * - `git`: any other failure of git
 */
export type GitopsErrorCode =
  | 'usage'
  | 'invalid'
  | 'no-repository'
  | 'no-commit'
  | 'shallow'
  | 'missing-commit'
  | 'dirty'
  | 'unpushed'
  | 'refused'
  | 'auth'
  | 'not-found'
  | 'corrupt'
  | 'disk'
  | 'signing'
  | 'network'
  | 'timeout'
  | 'locked'
  | 'no-tool'
  | 'git';

const RETRYABLE: ReadonlySet<GitopsErrorCode> = new Set(['network', 'timeout', 'locked']);

/** The error class of this package: a code, the offending value, and a message with the remedy. */
export class GitopsError extends Error {
  readonly code: GitopsErrorCode;
  /** The offending value, as the user wrote it. */
  readonly value: unknown;

  constructor(code: GitopsErrorCode, message: string, options: { value?: unknown; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'GitopsError';
    this.code = code;
    this.value = options.value;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}
