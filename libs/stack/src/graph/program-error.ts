import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { StackError } from '../error.ts';
import { redact } from './redact.ts';

/** Whose program it is that threw. */
export interface ProgramName {
  project: string;
  stack: string;
  /** Where the program lies. @default unknown, then any line of the user's own code is its place */
  folder?: string;
}

/**
 * What a program threw as an error of ours: whose program, its words, and the line of the program, unless the words
 * already name a place of their own (`place`, as errors about configuration have).
 *
 * @param secrets are cut out of it, also of what it hides in its cause
 */
export function programError(error: unknown, program: ProgramName, secrets: readonly string[]): StackError {
  if (error instanceof StackError) return error;
  const words = error instanceof Error ? error.message : String(error);
  const line = error instanceof Error && !hasPlace(error) ? lineOf(error, program.folder) : undefined;
  const message = `The program of ${program.project} (${program.stack}) failed: ${words}${line ? `\n  at ${line}` : ''}`;
  // Whoever prints an error prints its cause, too.
  const telling = secrets.some((secret) => secret !== '' && inspect(error, { depth: 10 }).includes(secret));
  return new StackError('program', redact(message, secrets), telling ? {} : { cause: error });
}

function hasPlace(error: Error): boolean {
  return 'place' in error && typeof error.place === 'string';
}

/** The innermost line of the program's folder, else of what is no package's and not Node's. */
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
