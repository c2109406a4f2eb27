import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildImage } from '../../src/build/build-image.ts';
import { smallBase } from '../support/small-base.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const run = promisify(execFile);
const program = new URL('../support/print-build.ts', import.meta.url).pathname;
const files = {
  'main.mjs': 'console.log(1)',
  'main.mjs.map': '{}',
  'chunk-é.mjs': 'x'.repeat(70_000),
  'node_modules/a/index.js': 'a',
  'node_modules/a/bin.js': '#!/usr/bin/env node',
  'assets/ä/Z.txt': 'z',
  'assets/a.txt': 'a',
  link: { link: 'main.mjs' },
};

/** Builds in a child process with a umask. */
async function build(umask: string, env: NodeJS.ProcessEnv, prepare: (bundle: string) => Promise<unknown>) {
  const folder = await tempFolder();
  const bundle = join(folder, 'somewhere', 'bundle');
  await mkdir(bundle, { recursive: true });
  await prepare(bundle);
  const script = `umask ${umask} && exec "$0" "$@"`;
  const args = [program, bundle, join(folder, 'layout'), join(folder, 'blobs')];
  const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env } };
  const { stdout } = await run('sh', ['-c', script, process.execPath, ...args], options);
  return {
    digest: JSON.parse(stdout).digest as string,
    image: await readFile(join(folder, 'layout/image.json'), 'utf8'),
  };
}

async function buildHere(change: Record<string, string>, epoch = 0): Promise<string> {
  const folder = await tempFolder();
  const bundle = await writeFiles(join(folder, 'bundle'), { ...files, ...change });
  const base = await smallBase(join(folder, 'blobs'));
  const options = { bundle, output: join(folder, 'layout'), base, name: 'app', sourceMaps: true, epoch };
  return (await buildImage(options)).digest;
}

test('clock, zone, locale, umask, folder, order of creation and file times do not change the digest; one byte does', async () => {
  const plain = (bundle: string) => writeFiles(bundle, files);
  const reversed = (bundle: string) =>
    writeFiles(bundle, Object.fromEntries(Object.entries(files).reverse()));
  const hostile = async (bundle: string) => {
    await reversed(bundle);
    await utimes(join(bundle, 'main.mjs'), 2_000_000_000, 2_000_000_000);
    await chmod(join(bundle, 'main.mjs'), 0o777);
  };
  const same = await Promise.all([
    build('022', { TZ: 'UTC', LC_ALL: 'C' }, plain),
    build('077', { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }, reversed),
    build('002', { TZ: 'America/St_Johns', HOME: '/nonexistent', SOURCE_DATE_EPOCH: '0' }, hostile),
  ]);
  expect(new Set(same.map(({ digest }) => digest)).size).toBe(1);
  expect(new Set(same.map(({ image }) => image)).size).toBe(1);
  // The controls: a build in this process gives the same digest, changed content another one.
  const [here, changed, dated] = [
    await buildHere({}),
    await buildHere({ 'main.mjs': 'console.log(2)' }),
    await buildHere({}, 1),
  ];
  expect(here).toBe(same[0]?.digest);
  expect(new Set([here, changed, dated]).size).toBe(3);
});
