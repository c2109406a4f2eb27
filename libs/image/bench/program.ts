import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { compilePackage } from '../compile.ts';

const library = join(import.meta.dirname, '..');

/** The existing bundle of sample-api, the input of all builders. */
export const sampleBundle = join(library, '../../apps/sample-api/dist/bundle');

/** Compiles the library as published and returns the program, because users run it without type stripping. */
export async function compiledProgram(folder: string): Promise<string> {
  const place = join(folder, 'package');
  await mkdir(place);
  for (const name of ['package.json', 'bin']) {
    await cp(join(library, name), join(place, name), { recursive: true });
  }
  await compilePackage(join(place, 'dist'));
  await symlink(join(library, '../../node_modules'), join(place, 'node_modules'));
  return join(place, 'bin/slipway-image.js');
}
