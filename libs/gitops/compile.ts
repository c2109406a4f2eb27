import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const library = import.meta.dirname;

/** What is bundled: to find and read their files takes longer than a bump. */
const bundled = ['commander', 'fflate', 'typebox', 'yaml'];

/** Compiles the package as it is published: bundled modules that share chunks, and the types of every source. */
export async function compilePackage(outdir: string): Promise<void> {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const types = [tsc, '-p', join(library, 'tsconfig.build.json'), '--outDir', outdir];
  await Promise.all([
    promisify(execFile)(process.execPath, types),
    build({
      entryPoints: {
        index: join(library, 'src/index.ts'),
        cli: join(library, 'src/cli.ts'),
        'render/index': join(library, 'src/render/index.ts'),
      },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      minifyWhitespace: true,
      minifySyntax: true,
      // `yaml` is not a module of the new kind, and asks for Node's own ones. Sources import `createRequire` by its name.
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
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
