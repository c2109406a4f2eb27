import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const LIBRARIES = readdirSync(join(ROOT, 'libs'));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

interface Manifest {
  name: string;
  version: string;
  description?: string;
  license?: string;
  dependencies?: Record<string, string>;
  exports: Record<string, { types: string; default: string }>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Packs and unpacks a package like npm. Only declared dependencies are linked, from the workspace. */
async function install(library: string, project: string): Promise<void> {
  const source = join(ROOT, 'libs', library);
  const place = join(project, 'node_modules/@slipway', library);
  const built = mkdtempSync(join(project, 'built-'));
  for (const file of ['package.json', 'README.md', 'bin'])
    if (existsSync(join(source, file))) cpSync(join(source, file), join(built, file), { recursive: true });
  await compile(library, join(built, 'dist'));
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', built], { cwd: built });
  const tarball = readdirSync(built).find((file) => file.endsWith('.tgz')) as string;
  mkdirSync(place, { recursive: true });
  await run('tar', ['-xzf', join(built, tarball), '-C', place, '--strip-components=1']);
  for (const dependency of Object.keys(manifestOf(place).dependencies ?? {})) link(source, place, dependency);
}

/** Compiles like the target `dist`, but to another folder. */
async function compile(library: string, to: string): Promise<void> {
  const source = join(ROOT, 'libs', library);
  if (!existsSync(join(source, 'compile.ts'))) {
    await run(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', to], { cwd: source });
    return;
  }
  const script = `import('./compile.ts').then(({ compilePackage }) => compilePackage(${JSON.stringify(to)}))`;
  await run(process.execPath, ['-e', script], { cwd: source });
}

function link(source: string, place: string, dependency: string): void {
  if (dependency.startsWith('@slipway/')) return; // installed separately
  const own = join(source, 'node_modules', dependency);
  const target = join(place, 'node_modules', dependency);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(existsSync(own) ? own : join(ROOT, 'node_modules', dependency), target);
}

describe('packages that are used on their own', () => {
  const project = mkdtempSync(join(tmpdir(), 'slipway-packages-'));
  const node = (...args: string[]) =>
    run(process.execPath, args, { cwd: project, env: { ...process.env, NODE_OPTIONS: '' } });

  beforeAll(async () => {
    const [one, two] = [LIBRARIES.filter((_, at) => at % 2 === 0), LIBRARIES.filter((_, at) => at % 2 === 1)];
    const inTurn = async (some: string[]) => {
      for (const library of some) await install(library, project);
    };
    await Promise.all([inTurn(one), inTurn(two)]);
  }, 600_000);

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test.each(LIBRARIES)('%s contains its exports, with types, and has a description', async (library) => {
    const place = join(project, 'node_modules/@slipway', library);
    const { name, description, license, exports } = manifestOf(place);
    expect(name).toBe(`@slipway/${library}`);
    expect(license).toBe('Apache-2.0');
    expect(description).toMatch(/^[A-Z].{20,}\.$/);
    expect(readdirSync(place)).toEqual(expect.arrayContaining(['README.md', 'dist']));
    expect(existsSync(join(place, 'dist/test'))).toBe(false);
    for (const [entry, { types, default: file }] of Object.entries(exports)) {
      expect(existsSync(join(place, types)), types).toBe(true);
      expect(readFileSync(join(place, file), 'utf8')).not.toMatch(/from ["'][^"']+\.ts["']/);
      const specifier = name + entry.slice(1);
      const { stdout } = await node(
        '-e',
        `import('${specifier}').then((it) => process.stdout.write(String(Object.keys(it).length)))`,
      );
      expect(Number(stdout), specifier).toBeGreaterThan(0);
    }
  });

  test('the command runs and makes the graph of a stack that uses the libraries', async () => {
    const slipway = (...args: string[]) => node('node_modules/@slipway/cli/bin/slipway.js', ...args);
    expect((await slipway('--version')).stdout).toBe('0.1.0\n');
    const stack = 'infra/development/cluster';
    cpSync(join(ROOT, stack), join(project, stack), {
      recursive: true,
      filter: (file) => !file.endsWith('/dist'),
    });
    mkdirSync(join(project, stack, 'node_modules/@pulumi'), { recursive: true });
    symlinkSync(
      join(ROOT, 'node_modules/@pulumi/pulumi'),
      join(project, stack, 'node_modules/@pulumi/pulumi'),
    );
    writeFileSync(join(project, 'package.json'), '{ "name": "taken", "private": true, "type": "module" }');
    for (const args of [
      ['init', '-q'],
      ['add', '-A', 'infra', 'package.json'],
      ['commit', '-qm', 'Start'],
    ])
      await run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: project });
    const { stdout } = await slipway('stack', 'check', stack);
    expect(stdout).toContain(`${stack}/graph.json matches the program`);
  });

  test('a package with an undeclared import fails (negative control)', async () => {
    const place = join(project, 'node_modules/@slipway/undeclared');
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, 'package.json'),
      '{ "name": "@slipway/undeclared", "type": "module", "exports": "./i.js" }',
    );
    writeFileSync(join(place, 'i.js'), "export * from 'yaml';");
    await expect(node('-e', "import('@slipway/undeclared')")).rejects.toThrow(/Cannot find package 'yaml'/);
  });
});
