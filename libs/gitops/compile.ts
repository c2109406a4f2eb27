import { join } from 'node:path';
import { compileLibrary } from '../../tools/compile-library.ts';

const library = {
  folder: import.meta.dirname,
  entries: ['index', 'cli', 'render'],
  bundled: ['commander', 'fflate', 'typebox', 'yaml'],
};

/** Compiles the package as it is published. */
export const compilePackage = (outdir: string): Promise<void> => compileLibrary(library, outdir);

if (import.meta.main) await compilePackage(join(library.folder, 'dist'));
