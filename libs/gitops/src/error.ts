/**
 * What can go wrong, as a closed set.
 *
 * - `usage`: the question itself makes no sense (unknown environment or app, bad option)
 * - `invalid`: a file breaks its schema
 * - `no-repository`, `no-commit`, `shallow`, `missing-commit`: the checkout cannot answer
 * - `dirty`, `unpushed`: the commit may not be released yet
 * - `refused`: a rule forbids it (an app that still exists, a rejected push, a hold)
 * - `auth`, `not-found`: the remote said no for good
 * - `corrupt`: a repository is damaged
 * - `disk`: this machine has no room, or may not write
 * - `signing`: a commit could not be signed
 * - `network`, `timeout`, `locked`: the world is wrong, or another git is at it; the only codes worth retrying
 * - `no-tool`: there is no Helm to render with, or a package that should hold a tool does not
 * - `git`: git failed in a way we have no better word for
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

/** The one error of this package: a code to branch on, the offending value, and a message with the remedy. */
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

  /** Whether trying again, unchanged, may succeed. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}
