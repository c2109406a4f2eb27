import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { StackError } from '../error.ts';
import { redact } from './redact.ts';

/** Identifies the program that threw. */
interface ProgramName {
  project: string;
  stack: string;
  /** The program's folder. @default unknown: the innermost line outside node_modules and Node is reported */
  folder?: string;
}

/**
 * Converts an error of a program into a {@link StackError} with the program's name, the message and the line.
 * The line is left out if the error has its own `place`, as configuration errors do.
 *
 * @param secrets values to remove from the message; if the error contains one of them, it is not kept as the
 * cause
 */
export function programError(error: unknown, program: ProgramName, secrets: readonly string[]): StackError {
  if (error instanceof StackError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const line = error instanceof Error && !hasPlace(error) ? lineOf(error, program.folder) : undefined;
  const message = `The program of ${program.project} (${program.stack}) failed: ${reason}${line ? `\n  at ${line}` : ''}`;
  // Printing an error prints its cause, too.
  const leaks = secrets.some((secret) => secret !== '' && inspect(error, { depth: 10 }).includes(secret));
  return new StackError('program', redact(message, secrets), leaks ? {} : { cause: error });
}

function hasPlace(error: Error): boolean {
  return 'place' in error && typeof error.place === 'string';
}

/** The innermost stack line in the program's folder, else the innermost one outside node_modules and Node. */
function lineOf({ stack = '' }: Error, folder = ''): string | undefined {
  const own = [...stack.matchAll(/^ +at (?:.*\()?((?:file:|\/).+?)(:\d+:\d+)\)?$/gm)]
    .map(([, file = '', line = '']) => ({
      file: file.startsWith('file:') ? fileURLToPath(file) : file,
      line,
    }))
    .filter(({ file }) => !/[\\/]node_modules[\\/]/.test(file));
  const inFolder = ({ file }: { file: string }) => !relative(folder, file).startsWith('..');
  const found = own.find(inFolder) ?? own[0];
  return found && `${relative('', found.file)}${found.line}`;
}
