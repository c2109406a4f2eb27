import { Command, CommanderError } from 'commander';
import { attestCommand } from './commands/attest.ts';
import { baseCommand } from './commands/base.ts';
import { buildCommand } from './commands/build.ts';
import { copyCommand } from './commands/copy.ts';
import { diffCommand } from './commands/diff.ts';
import { exportCommand } from './commands/export.ts';
import { inspectCommand } from './commands/inspect.ts';
import { lsCommand } from './commands/ls.ts';
import { pushCommand } from './commands/push.ts';
import { unpackCommand } from './commands/unpack.ts';
import type { CommandIo } from './commands/command-io.ts';
import { verifyCommand } from './commands/verify.ts';
import { ImageError } from './error.ts';
import { version } from './version.ts';

/**
 * `print` defaults to standard output and `note` to standard error. `parseYaml` parses base locks and
 * policies. By default it reads JSON only; pass a YAML parser to read `base.lock.yaml`.
 */
export type ImageCommandOptions = Partial<CommandIo>;

/**
 * The subcommands of this library under a command named `image`, for `slipway image …` or for a program of
 * its own. Actions throw `ImageError`; `imageExitCode` maps the error to an exit code.
 */
export function imageCommands(options: ImageCommandOptions = {}): Command {
  const io: CommandIo = {
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    parseYaml: (text) => JSON.parse(text) as unknown,
    ...options,
  };
  return new Command('image')
    .description('bundle folder → reproducible OCI image → registry, without Docker')
    .addCommand(buildCommand(io))
    .addCommand(pushCommand(io))
    .addCommand(copyCommand(io))
    .addCommand(attestCommand(io))
    .addCommand(verifyCommand(io))
    .addCommand(baseCommand(io))
    .addCommand(lsCommand(io))
    .addCommand(inspectCommand(io))
    .addCommand(diffCommand(io))
    .addCommand(exportCommand(io))
    .addCommand(unpackCommand(io));
}

/** The exit code for an error: 1 failed, 2 wrong usage, 3 refused; 0 if the user requested help. */
export function imageExitCode(error: unknown): 0 | 1 | 2 | 3 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof ImageError)) return 1;
  if (error.code === 'invalid-input') return 2;
  return error.refused ? 3 : 1;
}

/**
 * Runs the subcommands as a program of their own and returns its exit code. With `--json`, standard output
 * contains exactly one document, also after an error.
 */
export async function runImageCommand(args: readonly string[]): Promise<number> {
  const program = imageCommands().name('slipway-image').version(version, '-V, --version');
  throwInsteadOfExit(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const exitCode = imageExitCode(error);
    if (exitCode === 0) return 0;
    if (args.includes('--json')) process.stdout.write(`${errorJson(error)}\n`);
    // Commander has already printed its own errors.
    if (!(error instanceof CommanderError)) process.stderr.write(`${explain(error)}\n`);
    return exitCode;
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride().commands.forEach(throwInsteadOfExit);
}

/** The error as JSON: code, message, offending value, and whether a retry may succeed. */
function errorJson(error: unknown): string {
  if (error instanceof ImageError) {
    const { code, message, value, retryable } = error;
    return JSON.stringify({ error: { code, message, value, retryable } });
  }
  const message = error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
  const code = error instanceof CommanderError ? 'usage' : 'unknown';
  return JSON.stringify({ error: { code, message, retryable: false } });
}

/** Only unexpected errors are printed with their stack. */
function explain(error: unknown): string {
  if (error instanceof ImageError) return `error: ${error.message} [${error.code}]`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
