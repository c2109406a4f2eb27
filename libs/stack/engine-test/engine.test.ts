import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
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
import { join, resolve } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine, type Program } from '../src/index.ts';

const found = spawnSync('pulumi', ['version'], { encoding: 'utf8' });
const hasPulumi = found.status === 0;
if (!hasPulumi) console.log('engine: skipped, pulumi is not on PATH');

const SECRET = 'canary-8823';

const MODULES = resolve(import.meta.dirname, '../../../node_modules');

const PACK = `
const { PolicyPack } = require('@pulumi/policy');
const { packPolicies, resourcePolicy } = require('@slipway/stack');
const small = resourcePolicy({
  name: 'things-are-small', description: 'Things are small.', source: 'a test', types: ['test:index:Thing'],
  *inspect({ inputs }) {
    if (inputs.size > 10) yield { property: 'size', message: 'size ' + inputs.size + ' is too large' };
  },
});
new PolicyPack('pack', { policies: packPolicies([small]) });
`;

class Thing extends pulumi.CustomResource {
  constructor(name: string, inputs: Record<string, unknown>, options: pulumi.CustomResourceOptions = {}) {
    super('test:index:Thing', name, inputs, options);
  }
}

/** Programs of `n` things; the first may have more inputs. */
const things =
  (n: number, first: Record<string, unknown> = {}): Program =>
  () => {
    const made = Array.from({ length: n }, (_, at) => new Thing(`t${at}`, { at, ...(at === 0 && first) }));
    return { ids: pulumi.all(made.map(({ id }) => id)), password: pulumi.secret(SECRET) };
  };

describe.skipIf(!hasPulumi)('the engine', () => {
  let home: string;
  let provider: ChildProcess;
  let port: string;
  const made = () => readdirSync(join(home, 'cloud'));
  const env = () => ({
    PULUMI_CONFIG_PASSPHRASE: 'test',
    PULUMI_DEBUG_PROVIDERS: `test:${port}`,
    PULUMI_HOME: join(home, 'home'),
  });
  const lines: string[] = [];
  const open = (program: Program, change: Record<string, string> = {}) =>
    openEngine({
      project: { folder: home, project: 'shop', stack: 'test' },
      program,
      backend: `file://${join(home, 'state')}`,
      env: { ...env(), ...change },
      onLine: (line) => lines.push(line),
    });
  /** A usual policy pack, and the program with which the engine starts it without a language host. */
  const policyPack = () => {
    const [folder, bin] = [join(home, 'pack'), join(home, 'bin')];
    for (const made of [folder, bin]) mkdirSync(made);
    symlinkSync(MODULES, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'PulumiPolicy.yaml'), 'runtime: nodejs\nmain: index.js\n');
    writeFileSync(join(folder, 'package.json'), '{ "name": "pack", "version": "1.0.0" }\n');
    buildSync({
      stdin: { contents: PACK, resolveDir: import.meta.dirname },
      outfile: join(folder, 'index.js'),
      bundle: true,
      platform: 'node',
      conditions: ['@slipway/source'],
      external: ['@pulumi/*', 'google-protobuf', 'yaml'],
      logLevel: 'silent', // "import.meta" of the part that reads folders is empty in CommonJS
    });
    const run = `exec '${process.execPath}' '${MODULES}/@pulumi/pulumi/cmd/run-policy-pack' "$@"`;
    writeFileSync(join(bin, 'pulumi-analyzer-policy-nodejs'), `#!/bin/sh\n${run}\n`, { mode: 0o755 });
    return { folder, bin };
  };
  const up = async (program: Program) => {
    const engine = await open(program);
    try {
      return await engine.up();
    } finally {
      await engine.close();
    }
  };

  beforeEach(async () => {
    lines.length = 0;
    home = mkdtempSync(join(tmpdir(), 'slipway-engine-test-'));
    for (const folder of ['cloud', 'state', 'home']) mkdirSync(join(home, folder));
    const script = join(import.meta.dirname, 'stub-provider.ts');
    provider = spawn(process.execPath, [script, join(home, 'cloud')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [first] = (await once(provider.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    port = first.toString().trim();
  });
  afterEach(async () => {
    provider.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it('previews, creates, changes nothing on a second run, updates only changed resources, and destroys', async () => {
    const engine = await open(things(2));
    expect(await engine.preview()).toMatchObject({ create: 3 });
    expect(made()).toEqual([]);
    expect((await engine.up()).changes).toMatchObject({ create: 3 });
    expect(made()).toHaveLength(2);
    expect((await engine.up()).changes).toEqual({ same: 3 });
    await engine.close();
    expect((await up(things(2, { size: 2 }))).changes).toEqual({ same: 2, update: 1 });
    const last = await open(things(2));
    await last.destroy();
    await last.close();
    expect(made()).toEqual([]);
  });

  it('writes no secret in plain text to the state, the outputs or its output lines', async () => {
    const { outputs } = await up(things(1, { password: pulumi.secret(SECRET) }));
    expect(outputs['password']).toBe('[secret]');
    const files = readdirSync(join(home, 'state'), { recursive: true, withFileTypes: true });
    const state = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
    expect(state.join('').length).toBeGreaterThan(100);
    expect(state.join('') + lines.join('')).not.toContain(SECRET);
  });

  it('keeps created resources if another one fails, and the next run creates the rest', async () => {
    const allowed = join(home, 'allowed');
    const program = things(3, { failUnless: allowed });
    await expect(up(program)).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('the cloud is out of disks'),
    });
    const kept = made().length; // after a failure the engine starts no further resource
    expect(kept).toBeLessThan(3);
    writeFileSync(allowed, '');
    expect((await up(program)).changes).toMatchObject({ create: 3 - kept });
    expect(made()).toHaveLength(3);
  });

  it('refuses while another update has locked the stack, and names the remedy', async () => {
    const gate = join(home, 'gate');
    const first = up(things(1, { waitFor: gate }));
    while (!existsSync(`${gate}.waiting`)) await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await open(things(1))
      .then(
        (engine) => engine.up().finally(() => engine.close()),
        (error: unknown) => error,
      )
      .catch((error: unknown) => error);
    expect(second).toMatchObject({ code: 'locked', message: expect.stringContaining('pulumi cancel') });
    writeFileSync(gate, '');
    await first;
  });

  it('leaves a lock if it is killed, names the command that removes it, then the possible duplicates', async () => {
    const gate = join(home, 'gate');
    const args = [join(import.meta.dirname, 'run-up.ts'), home, `file://${join(home, 'state')}`, gate];
    const run = spawn(process.execPath, ['--conditions=@slipway/source', ...args], {
      detached: true, // a separate process group: the kill below also ends the engine
      stdio: 'ignore',
      env: { ...process.env, ...env() },
    });
    const ended = once(run, 'exit');
    while (!existsSync(`${gate}.waiting`)) await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(-(run.pid as number), 'SIGKILL');
    await ended;
    writeFileSync(gate, ''); // the cloud creates the resource, but no engine receives the answer

    const program: Program = () => {
      const first = new Thing('t0', { at: 0 });
      new Thing('t1', { at: 1, waitFor: gate }, { dependsOn: first });
    };
    const refused = await up(program).catch((error: unknown) => error as Error);
    expect(refused).toMatchObject({ code: 'locked' });
    const [, remedy = ''] = /\$ (pulumi cancel .*)/.exec((refused as Error).message) ?? [];
    const [command = '', ...cancelArgs] = remedy.split(' ');
    const cancelled = spawnSync(command, cancelArgs, {
      encoding: 'utf8',
      cwd: home,
      env: { ...process.env, ...env(), PULUMI_BACKEND_URL: `file://${join(home, 'state')}` },
    });
    expect(cancelled.stderr + cancelled.stdout).toContain('has been canceled');
    const recovered = await up(program);
    expect(recovered.changes).toMatchObject({ create: 1, same: 2 });
    expect(recovered.interrupted).toEqual(['urn:pulumi:test::shop::test:index:Thing::t1']);
    expect((await up(program)).changes).toEqual({ same: 3 });
  });

  it('is stopped in the preview by the same policies in a pack of the real @pulumi/policy', async () => {
    const pack = policyPack();
    const preview = async (size: number) => {
      const engine = await open(things(2, { size }), { PATH: `${pack.bin}:${process.env['PATH']}` });
      return engine.preview([pack.folder]).finally(() => engine.close());
    };
    expect(await preview(10)).toMatchObject({ create: 3 });
    await expect(preview(11)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('size 11 is too large'),
    });
    expect(lines.join('\n')).toContain('things-are-small');
    expect(made()).toEqual([]);
  });

  it('reports the error of a program that throws, without secrets, and creates nothing', async () => {
    writeFileSync(join(home, 'Pulumi.test.yaml'), `config:\n  shop:token: ${SECRET}\n`);
    const engine = await openEngine({
      project: { folder: home, project: 'shop', stack: 'test', secretKeys: ['shop:token'] },
      program: () => {
        throw new Error(`no such size as ${new pulumi.Config().require('token')}`);
      },
      backend: `file://${join(home, 'state')}`,
      env: env(),
    });
    await expect(engine.up().finally(() => engine.close())).rejects.toMatchObject({
      code: 'program',
      message: expect.stringMatching(
        /^The program of shop \(test\) failed: no such size as \[secret\]\n {2}at .*engine\.test\.ts:\d+:\d+$/,
      ),
    });
    expect(made()).toEqual([]);
  });

  it('reports expired credentials and keeps the resources created before', async () => {
    const expired = things(2, {
      failWith: 'ExpiredToken: the security token included in the request is expired',
    });
    await expect(up(expired)).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringContaining('Log in to the cloud again'),
    });
    expect(made()).toHaveLength(1);
    expect((await up(things(2))).changes).toMatchObject({ create: 1 });
  });

  it('reports a wrong passphrase and a wrong store', async () => {
    await up(things(1));
    const wrong = open(things(1), { PULUMI_CONFIG_PASSPHRASE: 'wrong' }).then((engine) => engine.up());
    await expect(wrong).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringContaining('PASSPHRASE'),
    });
    const nowhere = openEngine({
      project: { folder: home, project: 'shop', stack: 'test' },
      program: things(1),
      backend: 'file:///nowhere/at/all',
      env: env(),
    });
    await expect(nowhere).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('PULUMI_BACKEND_URL'),
    });
  });
});
