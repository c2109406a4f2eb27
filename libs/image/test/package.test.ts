import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { compilePackage } from '../compile.ts';
import { tempFolder, writeFiles } from './support/temp-folder.ts';

const run = promisify(execFile);
const library = fileURLToPath(new URL('..', import.meta.url));

/** The tarball that `npm pack` makes of the compiled package, and an empty project. */
async function packedPackage(): Promise<{ tarball: string; project: string }> {
  const folder = await tempFolder();
  const [built, project] = [join(folder, 'built'), join(folder, 'project')];
  await mkdir(built);
  await mkdir(project);
  for (const name of ['package.json', 'README.md', 'BENCHMARKS.md', 'bin']) {
    await cp(join(library, name), join(built, name), { recursive: true });
  }
  await compilePackage(join(built, 'dist'));
  const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
  await run('npm', pack, { cwd: built });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
  await writeFiles(project, { 'dist/main.mjs': 'console.log("hello")', 'package.json': '{"name":"hello"}' });
  return { tarball: join(folder, tarball), project };
}

/** The package, unpacked into an empty project as npm does. */
async function installedPackage(): Promise<string> {
  const { tarball, project } = await packedPackage();
  const place = join(project, 'node_modules/@slipway/image');
  await mkdir(place, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', place, '--strip-components=1']);
  // From the workspace instead of a registry, so this test needs no network.
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
  const place = join(project, 'node_modules/@slipway/image');
  expect((await readdir(place)).sort()).toEqual([
    'BENCHMARKS.md',
    'README.md',
    'bin',
    'dist',
    'package.json',
  ]);
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

test('npm installs the package from its tarball, and its program builds and pushes', async ({ skip }) => {
  const { tarball, project } = await packedPackage();
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--fetch-retries=0'];
  const installed = await run('npm', ['install', ...quiet, tarball], { cwd: project, timeout: 180_000 }).then(
    () => true,
    ({ stderr = '', killed = false }: { stderr?: string; killed?: boolean }) => {
      // The dependencies come from a registry. Without one the test is skipped; other errors are failures.
      expect(
        killed || /ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|EHOSTUNREACH|E[45]\d\d/.test(stderr),
        stderr,
      ).toBe(true);
      return false;
    },
  );
  if (!installed) return skip('no npm registry can be reached');
  const image = (...args: string[]) =>
    run(join(project, 'node_modules/.bin/slipway-image'), args, { cwd: project });
  const { stdout } = await image('build', 'dist', '--to', 'oci:registry/hello', '--tag', 'v1');
  expect(stdout).toContain('oci:registry/hello@sha256:');
  expect((await image('ls', 'oci:registry/hello')).stdout).toMatch(/^v1 +sha256:/m);
}, 400_000);
