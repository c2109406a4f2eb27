import { readFile } from 'node:fs/promises';
import { ImageError } from '../error.ts';

/** A file that a flag names. @throws ImageError `invalid-input` */
export async function readInput(file: string, what: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ImageError('invalid-input', `cannot read ${what} "${file}"`, { value: file, cause });
  });
}

/** The same for a document. @throws ImageError `invalid-input` */
export async function parseInput(
  file: string,
  what: string,
  parse: (text: string) => unknown,
): Promise<unknown> {
  const text = await readInput(file, what);
  try {
    return parse(text);
  } catch (cause) {
    throw new ImageError('invalid-input', `${what} "${file}" cannot be parsed`, { value: file, cause });
  }
}
