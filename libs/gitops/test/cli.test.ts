import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ValuesRepository } from './support/values-repository.ts';
import { scratch } from './support/workspace.ts';

const PACKAGE = resolve(import.meta.dirname, '..');
const VALUES = 'image: { tag: v1 } # the image\nreplicas: 2\n';

/** The folder of a dependency, as this package finds it. */
function folderOf(dependency: string): string {
  let folder = dirname(createRequire(join(PACKAGE, 'package.json')).resolve(dependency));
  while (!readdirSync(folder).includes('package.json') || !folder.endsWith(`node_modules/${dependency}`))
    folder = dirname(folder);
  return folder;
}

/** What a command of the bin answers. */
function run(bin: string, cwd: string, ...args: string[]) {
  const done = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8' });
  return { code: done.status, text: `${done.stdout}${done.stderr}` };
}

describe('the package as npm installs it into an empty folder', () => {
  let folder: string;
  const installed = (...args: string[]) =>
    run(join(folder, 'node_modules/.bin/slipway-gitops'), folder, ...args);

  it(
    'is built, packed, installed without a network and bumps a file of any repository',
    { timeout: 600_000 },
    () => {
      folder = scratch();
      const withoutNpm = Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)),
      );
      const npm = (cwd: string, ...args: string[]) =>
        execFileSync('npm', [...args, '--loglevel=error'], {
          cwd,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
          env: withoutNpm, // npx hands this workspace's .npmrc on, which is not what an empty folder has
        });
      npm(PACKAGE, 'run', 'dist'); // packing runs no script: .npmrc forbids it
      const [{ filename }] = JSON.parse(npm(PACKAGE, 'pack', '--json', `--pack-destination=${folder}`)) as [
        { filename: string },
      ];
      writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "private": true }');
      const needed = ['commander', 'fflate', 'typebox', 'yaml'].map(folderOf);
      npm(
        folder,
        'install',
        '--offline',
        '--install-links',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        join(folder, filename),
        ...needed,
      );
      expect(readdirSync(join(folder, 'node_modules/@slipway/gitops')).sort()).toEqual([
        'BENCHMARKS.md',
        'README.md',
        'bin',
        'dist',
        'package.json',
      ]);
      const deploy = new ValuesRepository({ 'apps/api/values.yaml': VALUES });
      const args = ['--repository', deploy.bare, '--file', 'apps/api/values.yaml', '--set', 'image.tag=v2'];
      const bumped = installed('bump', ...args);
      expect(bumped.text).toMatch(/^apps\/api\/values.yaml +image.tag +landed +v1 -> v2$/m);
      expect(bumped.code).toBe(0);
      expect(deploy.read('apps/api/values.yaml')).toBe(VALUES.replace('v1', 'v2'));
      expect(installed('bump', ...args).text).toContain('Nothing to write: no commit on main.');
      writeFileSync(join(folder, 'v.yaml'), VALUES);
      expect(installed('values', 'get', 'v.yaml', 'replicas')).toEqual({ code: 0, text: '2\n' });
      expect(installed('--version').text).toBe('0.1.0\n');
    },
  );
});

describe('slipway-gitops', () => {
  const BIN = join(PACKAGE, 'bin/slipway-gitops.js');
  let deploy: ValuesRepository;
  let cwd: string;
  const bump = (...args: string[]) => run(BIN, cwd, 'bump', '--repository', deploy.bare, ...args);

  beforeAll(() => {
    cwd = process.cwd();
    deploy = new ValuesRepository({ 'a.yaml': VALUES, 'b.yaml': VALUES });
  });

  it('shows a text that was empty as one', () => {
    deploy = new ValuesRepository({ 'a.yaml': 'revision: ""\n' });
    expect(bump('--file=a.yaml', '--set=revision=5d0ac3').text).toMatch(/ landed +"" -> 5d0ac3$/m);
  });

  it('bumps several files, typed values, by a named author, as JSON', () => {
    deploy = new ValuesRepository({ 'a.yaml': VALUES, 'b.yaml': VALUES });
    const { code, text } = bump(
      '--file=a.yaml',
      '--set=image.tag=v=2',
      '--file=b.yaml',
      '--set-json',
      'replicas=3',
      '--author=CI <ci@example.com>',
      '--message=Release 2',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      changes: [
        { file: 'a.yaml', after: 'v=2' },
        { file: 'b.yaml', after: 3 },
      ],
    });
    expect(deploy.git('log', '-1', '--format=%an <%ae> %s', 'main')).toBe('CI <ci@example.com> Release 2\n');
  });

  it.each([
    [['--file=a.yaml'], /No value is given/],
    [['--set=image.tag=v2', '--file=a.yaml'], /has no --file before it/],
    [['--file=a.yaml', '--set=image.tag'], /is not <path>=<value>/],
    [['--file=a.yaml', '--set-json=replicas=[1]'], /not a number/],
    [['--file=../a.yaml', '--set=image.tag=v2'], /not the path of a file/],
    [['--file=a.yaml', '--set=image.tag=v2', '--author=nobody'], /not an author/],
    [['--file=a.yaml', '--set=image.tag=v2', '--timeout=soon'], /not a number of seconds/],
    [['--file=a.yaml', '--set=image.tag=v2', '--branch=-x'], /not a valid branch name/],
    [['--file=a.yaml', '--set=image..tag=v2'], /a\.yaml: image\.\.tag: expected a key/],
    [['--file=a.yaml', '--set=image.tag=v2', '--set=image."tag"=v3'], /a\.yaml: image\."tag" is set twice/],
  ])('exits 2 for %j', (args, words) => {
    deploy = new ValuesRepository({ 'a.yaml': VALUES });
    const { code, text } = bump(...args);
    expect(text).toMatch(words);
    expect(code).toBe(2);
    expect(deploy.commits()).toBe(1);
  });

  it('prints an error as JSON with --json, and as text on standard error', () => {
    deploy = new ValuesRepository({ 'a.yaml': VALUES });
    const args = [BIN, 'bump', '--repository', deploy.bare, '--file=a.yaml', '--set=image.no=1', '--json'];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'missing', message: expect.stringContaining('a.yaml: image.no') as string },
    });
    expect(stderr).toMatch(/^slipway-gitops: a\.yaml: image\.no: "no" does not exist.* Known: tag/);
    expect(status).toBe(3);
  });

  it('prints a missing option as JSON, too', () => {
    const { stdout, status } = spawnSync(process.execPath, [BIN, 'bump', '--json'], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'usage', message: "required option '--file <path>' not specified" },
    });
    expect(status).toBe(2);
  });

  it('exits 3 for a value that cannot be changed safely, with line and column', () => {
    deploy = new ValuesRepository({ 'a.yaml': 'a: &x 1\nb: *x\n' });
    const { code, text } = bump('--file=a.yaml', '--set=a=2');
    expect(text).toMatch(/line 1.*\*x|\*x.*line 1/s);
    expect(code).toBe(3);
  });

  it('exits 3 if the recorded commit is newer than HEAD', () => {
    const app = new ValuesRepository({ 'main.ts': '1' });
    const old = app.git('rev-parse', 'main').trim();
    const newer = app.push({ 'main.ts': '2' });
    deploy = new ValuesRepository({ 'a.yaml': `image: { tag: v2 }\nrevision: ${newer}\n` });
    cwd = join(scratch(), 'checkout');
    mkdirSync(cwd);
    execFileSync('git', ['clone', '--quiet', app.bare, cwd]);
    execFileSync('git', ['-C', cwd, 'checkout', '--quiet', '--detach', old]);
    const { code, text } = bump('--file=a.yaml', '--set=image.tag=v1', '--newer-wins=revision');
    expect(text).toMatch(/image\.tag +superseded +v2/);
    expect(code).toBe(3);
  });
});
