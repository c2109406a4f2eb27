import { CommanderError } from 'commander';
import { errorJson } from '@slipway/gitops/cli';
import { explain, exitCodeOf } from './commands/exit-code.ts';
import { program } from './program.ts';

/**
 * Runs one command line.
 *
 * @param argv the arguments after `slipway`
 * @returns the exit code: 0 done (also: nothing to do), 1 work failed, 2 wrong usage, 3 refused
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help or version
    if (argv.includes('--json')) process.stdout.write(`${errorJson(error)}\n`);
    if (error instanceof CommanderError) return 2; // commander has printed the error
    process.stderr.write(`${explain(error)}\n`);
    return exitCodeOf(error);
  }
}
