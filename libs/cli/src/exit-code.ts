import { GitopsError, ValuesError } from '@slipway/gitops';
import { ImageError } from '@slipway/image';
import { imageExitCode } from '@slipway/image/cli';

/** Codes that mean "you asked for something that makes no sense". */
const USAGE: ReadonlySet<string> = new Set(['usage', 'invalid']);

/** Codes that mean "a rule is against it". */
const REFUSED: ReadonlySet<string> = new Set(['refused', 'dirty', 'unpushed']);

/** The exit code for an error: 1 work failed, 2 wrong usage, 3 refused. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 | 3 {
  if (error instanceof ImageError) return imageExitCode(error);
  if (error instanceof ValuesError) return 3;
  const code = error instanceof GitopsError ? error.code : '';
  if (USAGE.has(code)) return 2;
  return REFUSED.has(code) ? 3 : 1;
}

/** An error as its sentence; only what is no error of ours comes with its stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `slipway: ${error.message}` : `slipway: ${error.stack ?? error.message}`;
}
