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

/** `invalid` means what people wrote, as in the other packages. */
function stackExitCode({ code }: StackError): 1 | 2 | 3 {
  if (code === 'usage' || code === 'invalid') return 2;
  return code === 'refused' ? 3 : 1;
}

/** By its name: importing its class would load Pulumi, whatever the verb. */
function isStackError(error: unknown): error is StackError {
  return error instanceof Error && error.name === 'StackError';
}

/** The exit code for what became of apps: 1 when one failed, else 3 when a rule kept one back. */
export function exitCodeOfOutcomes(outcomes: readonly Pick<Outcome, 'outcome'>[]): 0 | 1 | 3 {
  const words = new Set(outcomes.map(({ outcome }) => outcome));
  if (words.has('failed')) return 1;
  return words.has('held') || words.has('superseded') ? 3 : 0;
}

/** An error as its sentence; only what is no error of ours comes with its stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `slipway: ${error.message}` : `slipway: ${error.stack ?? error.message}`;
}
