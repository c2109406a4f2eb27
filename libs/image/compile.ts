import { join } from 'node:path';
import { compileLibrary } from '../../tools/compile-library.ts';

const library = {
  folder: import.meta.dirname,
  entries: ['index', 'cli'],
  bundled: ['commander', 'typebox'],
  external: ['@aws-sdk/client-ecr'],
};

/** Compiles the package for publishing. */
export const compilePackage = (outdir: string): Promise<void> => compileLibrary(library, outdir);

if (import.meta.main) await compilePackage(join(library.folder, 'dist'));
