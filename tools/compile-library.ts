import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { lazyBuiltins } from './lazy-builtins.ts';

/** A library with a command, which should start fast. */
export interface Library {
  folder: string;
  /** The sources of its `exports`, without `src/` and the file extension. */
  entries: readonly string[];
  /** Packages to bundle: reading the hundreds of small files of TypeBox alone takes longer than the work. */
  bundled: readonly string[];
  external?: readonly string[];
}

/** Compiles a library for publishing: modules with shared chunks, types, licenses of all bundled code. */
export async function compileLibrary(library: Library, outdir: string): Promise<void> {
  const { folder, entries, bundled, external = [] } = library;
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const types = [tsc, '-p', join(folder, 'tsconfig.build.json'), '--emitDeclarationOnly', '--outDir', outdir];
  await Promise.all([
    promisify(execFile)(process.execPath, types),
    build({
      entryPoints: Object.fromEntries(entries.map((entry) => [entry, join(folder, `src/${entry}.ts`)])),
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      external: [...external],
      plugins: [lazyBuiltins],
      minifyWhitespace: true,
      minifySyntax: true,
      // For bundled CommonJS packages that require Node's modules. Sources import `createRequire` by name.
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
      outdir,
      logLevel: 'warning',
    }),
  ]);
  const own = await readFile(join(import.meta.dirname, '../LICENSE'), 'utf8');
  const licenses = [own, ...(await Promise.all(bundled.map(licenseOf)))];
  await writeFile(join(outdir, 'LICENSES.txt'), licenses.join('\n\n'));
}

async function licenseOf(name: string): Promise<string> {
  const folder = join(import.meta.dirname, '../node_modules', name);
  const text = await readFile(join(folder, 'LICENSE'), 'utf8').catch(() =>
    readFile(join(folder, 'license'), 'utf8'),
  );
  return `${name}\n\n${text}`;
}
