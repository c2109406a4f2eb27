import { type Outcome } from '@slipway/gitops';
import { gitopsExitCode } from '@slipway/gitops/cli';
import { ImageError } from '@slipway/image';
import { imageExitCode } from '@slipway/image/cli';
import type { StackError } from '@slipway/stack';

/** The exit code for an error: 1 work failed, 2 wrong usage, 3 refused. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 | 3 {
  if (error instanceof ImageError) return imageExitCode(error);
  if (isStackError(error)) return stackExitCode(error);
  return gitopsExitCode(error);
}

/** `invalid` is wrong usage: an invalid file of the user, as in the other packages. */
function stackExitCode({ code }: StackError): 1 | 2 | 3 {
  if (code === 'usage' || code === 'invalid') return 2;
  return code === 'refused' ? 3 : 1;
}

/** Checks the name, because importing the class would load Pulumi for every subcommand. */
function isStackError(error: unknown): error is StackError {
  return error instanceof Error && error.name === 'StackError';
}

/** The exit code for the outcomes of apps: 1 if one failed, else 3 if one was held or superseded. */
export function exitCodeOfOutcomes(outcomes: readonly Pick<Outcome, 'outcome'>[]): 0 | 1 | 3 {
  const found = new Set(outcomes.map(({ outcome }) => outcome));
  if (found.has('failed')) return 1;
  return found.has('held') || found.has('superseded') ? 3 : 0;
}

/** The message of an error. Only unexpected errors are printed with their stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `slipway: ${error.message}` : `slipway: ${error.stack ?? error.message}`;
}
