import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { bumpFilesCommand } from './commands/bump-files.ts';
import { errorJson } from './commands/error-json.ts';
import { gitopsExitCode } from './commands/exit-code.ts';
import { valuesCommand } from './commands/values.ts';

export { bumpFilesCommand } from './commands/bump-files.ts';
export { errorJson } from './commands/error-json.ts';
export { gitopsExitCode } from './commands/exit-code.ts';
export { valuesCommand } from './commands/values.ts';
export { table } from './text/text-table.ts';

/** Runs the program `slipway-gitops`, whose verbs need neither a ledger nor Nx, and returns its exit code. */
export async function runGitopsCommand(args: readonly string[]): Promise<number> {
  const program = new Command('slipway-gitops')
    .description(
      'Release by commits: change values in YAML files of a branch, byte for byte, with many concurrent writers',
    )
    .version(version(), '-V, --version')
    .addCommand(bumpFilesCommand())
    .addCommand(valuesCommand());
  throwInsteadOfExit(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help or version
    if (args.includes('--json')) process.stdout.write(`${errorJson(error)}\n`);
    if (error instanceof CommanderError) return 2; // commander has printed the reason
    const text = error instanceof Error && 'code' in error ? error.message : String((error as Error).stack);
    process.stderr.write(`slipway-gitops: ${text}\n`);
    return gitopsExitCode(error);
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride().showSuggestionAfterError();
  command.commands.forEach(throwInsteadOfExit);
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
