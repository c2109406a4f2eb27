import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { compilePackage } from '../compile.ts';
import { tempFolder, writeFiles } from './temp-folder.ts';

const run = promisify(execFile);
const library = fileURLToPath(new URL('..', import.meta.url));

/** What `npm pack` makes of the compiled package, laid out in an empty project as npm does. */
async function installedPackage(): Promise<string> {
  const folder = await tempFolder();
  const [built, project] = [join(folder, 'built'), join(folder, 'project')];
  await mkdir(built);
  for (const name of ['package.json', 'README.md', 'bin']) {
    await cp(join(library, name), join(built, name), { recursive: true });
  }
  await compilePackage(join(built, 'dist'));
  const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
  await run('npm', pack, { cwd: built });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
  const place = join(project, 'node_modules/@slipway/image');
  await mkdir(place, { recursive: true });
  await run('tar', ['-xzf', join(folder, tarball), '-C', place, '--strip-components=1']);
  // From the workspace instead of a registry, so that this test needs no network.
  const { dependencies } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies as Record<string, string>)) {
    const link = join(project, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    const found = join(library, '../../node_modules', name);
    await symlink(found, link);
  }
  return project;
}

test('the package runs without this workspace, without Nx and without TypeScript: build, push, ls', async () => {
  const project = await installedPackage();
  await writeFiles(project, { 'dist/main.mjs': 'console.log("hello")', 'package.json': '{"name":"hello"}' });
  const place = join(project, 'node_modules/@slipway/image');
  expect((await readdir(place)).sort()).toEqual(['README.md', 'bin', 'dist', 'package.json']);
  const { bin } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'));
  const program = join(place, bin['slipway-image'] as string);
  const env = { ...process.env, NODE_OPTIONS: '' };
  const image = (...args: string[]) => run(process.execPath, [program, ...args], { cwd: project, env });
  const { stdout } = await image('build', 'dist', '--to', 'oci:registry/hello', '--tag', 'v1');
  expect(stdout).toContain('oci:registry/hello@sha256:');
  expect((await image('ls', 'oci:registry/hello')).stdout).toMatch(/^v1 +sha256:/m);
  const script = "import('@slipway/image').then(({ buildImage }) => console.log(typeof buildImage))";
  expect((await run(process.execPath, ['-e', script], { cwd: project, env })).stdout).toBe('function\n');
}, 240_000);
