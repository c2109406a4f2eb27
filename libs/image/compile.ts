import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { lazyBuiltins } from './lazy-builtins.ts';

const library = import.meta.dirname;

/** What is bundled: TypeBox alone has hundreds of small files, and reading them took longer than a build. */
const bundled = ['commander', 'typebox'];

/** Compiles the package as it is published: two bundled modules that share a chunk, and the types of every source. */
export async function compilePackage(outdir: string): Promise<void> {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const types = [tsc, '-p', join(library, 'tsconfig.build.json'), '--outDir', outdir];
  await Promise.all([
    promisify(execFile)(process.execPath, types),
    build({
      entryPoints: ['index', 'cli'].map((name) => join(library, `src/${name}.ts`)),
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      external: ['@aws-sdk/client-ecr'],
      plugins: [lazyBuiltins],
      minifyWhitespace: true,
      minifySyntax: true,
      outdir,
      logLevel: 'warning',
    }),
  ]);
  const licenses = bundled.map(async (name) => {
    const file = join(library, '../../node_modules', name);
    const text = await readFile(join(file, 'LICENSE'), 'utf8').catch(() =>
      readFile(join(file, 'license'), 'utf8'),
    );
    return `${name}\n\n${text}`;
  });
  await writeFile(join(outdir, 'LICENSES.txt'), (await Promise.all(licenses)).join('\n\n'));
}

if (import.meta.main) await compilePackage(join(library, 'dist'));
