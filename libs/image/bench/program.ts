import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { compilePackage } from '../compile.ts';

const library = join(import.meta.dirname, '..');

/** The ready-made bundle of sample-api: what all builders get. */
export const sampleBundle = join(library, '../../apps/sample-api/dist/bundle');

/** Compiles the library as it is published and returns the program: what users run has no types to strip. */
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
