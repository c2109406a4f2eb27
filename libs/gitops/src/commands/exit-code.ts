import { GitopsError } from '../error.ts';
import { ValuesError } from '../values/error.ts';

/** Codes for wrong usage. */
const USAGE: ReadonlySet<string> = new Set(['usage', 'invalid', 'bad-path']);

/** Codes for a refusal by a rule. */
const REFUSED: ReadonlySet<string> = new Set(['refused', 'dirty', 'unpushed']);

/** The exit code for an error: 1 work failed, 2 wrong usage, 3 refused. */
export function gitopsExitCode(error: unknown): 1 | 2 | 3 {
  const code = error instanceof GitopsError || error instanceof ValuesError ? error.code : '';
  if (USAGE.has(code)) return 2;
  return error instanceof ValuesError || REFUSED.has(code) ? 3 : 1;
}
