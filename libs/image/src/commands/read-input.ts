import { readFile } from 'node:fs/promises';
import type { Static, TSchema } from 'typebox';
import { validate } from '../json/validate.ts';
import { ImageError } from '../error.ts';

/** Reads a file that an option names. @throws ImageError `invalid-input` */
export async function readInput(file: string, what: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ImageError(
      'invalid-input',
      `cannot read ${what} "${file}" (${cause.code}): name a file that exists and is readable`,
      { value: file, cause },
    );
  });
}

/** Reads a document and checks its schema. @throws ImageError `invalid-input`, `document-invalid` */
export async function readJsonInput<S extends TSchema>(
  schema: S,
  file: string,
  what: string,
  parse: (text: string) => unknown,
): Promise<Static<S>> {
  return validate(schema, parseText(await readInput(file, what), file, what, parse), `${what} "${file}"`);
}

function parseText(text: string, file: string, what: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new ImageError(
      'invalid-input',
      `${what} "${file}" cannot be parsed: this program reads JSON ("slipway image" reads YAML, too)`,
      { value: file, cause },
    );
  }
}
