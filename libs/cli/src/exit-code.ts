import { type Outcome } from '@slipway/gitops';
import { gitopsExitCode } from '@slipway/gitops/cli';
import { ImageError } from '@slipway/image';
import { imageExitCode } from '@slipway/image/cli';

/** The exit code for an error: 1 work failed, 2 wrong usage, 3 refused. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 | 3 {
  if (error instanceof ImageError) return imageExitCode(error);
  return gitopsExitCode(error);
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
