import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const STACK = 'infra/test/shop';

/** A program with one resource and one policy. Tests edit `size`. */
const program = (size: number, body = '') => `
import * as pulumi from '@pulumi/pulumi';
class Disk extends pulumi.CustomResource {
  constructor(name, inputs) { super('test:index/disk:Disk', name, inputs); }
}
export const policies = [{
  name: 'small', description: 'Disks are small.', source: 'a test',
  *check({ resources }) {
    for (const { urn, inputs } of resources) if (inputs.size > 10) yield { urn, property: 'size', message: 'too large' };
  },
}];
export default function shop() {
  ${body}
  new Disk('main', { size: ${size}, password: new pulumi.Config().requireSecret('password') });
  return { size: ${size} };
}
`;

describe('slipway stack', () => {
  const root = mkdtempSync(join(tmpdir(), 'slipway-stack-verbs-'));
  const file = (name: string) => join(root, STACK, name);
  const edit = (size: number, body?: string) => writeFileSync(file('index.ts'), program(size, body));
  const git = (...args: string[]) => {
    const quiet = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
    spawnSync('git', [...quiet, ...args], { cwd: root });
  };
  const run = (...words: string[]) => {
    const bin = join(ROOT, 'libs/cli/bin/slipway.js');
    const done = spawnSync(process.execPath, [bin, 'stack', ...words], { cwd: root, encoding: 'utf8' });
    return { code: done.status, output: `${done.stdout}${done.stderr}` };
  };

  beforeAll(() => {
    mkdirSync(join(root, STACK), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    writeFileSync(join(root, '.gitignore'), 'node_modules\n');
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n');
    writeFileSync(file('Pulumi.yaml'), 'name: shop\nmain: index.ts\n');
    writeFileSync(file('Pulumi.test.yaml'), 'config:\n  shop:password:\n    secure: v1:abc\n');
    edit(1);
    git('init', '--quiet', '--initial-branch=main');
    run('record', STACK);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Start');
  });
  beforeEach(() => edit(1));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('makes the graph and its picture and records it; the check then succeeds', () => {
    rmSync(file('graph.json'));
    expect(run('check', STACK)).toMatchObject({ code: 1, output: expect.stringContaining('does not exist') });
    expect(run('synth', STACK).code).toBe(0);
    expect(readFileSync(file('dist/graph.svg'), 'utf8')).toContain('test.Disk');
    expect(run('record', STACK).output).toContain('was updated: commit it');
    expect(readFileSync(file('graph.json'), 'utf8')).toBe(readFileSync(file('dist/graph.json'), 'utf8'));
    expect(run('check', STACK).code).toBe(0);
  });

  it('fails with the differences if the program makes another graph, and shows the changes of the work tree', () => {
    edit(2);
    const stale = run('check', STACK);
    expect(stale.code).toBe(1);
    expect(stale.output).toContain('size: 1 -> 2');
    expect(stale.output).toContain(`npx slipway stack record ${STACK}`);
    const diff = run('diff', STACK, '--markdown');
    expect(diff).toMatchObject({
      code: 0,
      output: expect.stringContaining('| ~ change | `test.Disk main` |'),
    });
  });

  it('plans without applying, and prints that nothing was applied', () => {
    const plan = run('plan', STACK);
    expect(plan.code).toBe(0);
    expect(plan.output).toContain('Nothing was applied');
  });

  it('applies only to its own environment, and only with a store of that environment', () => {
    const none = run('deploy', STACK);
    expect(none).toMatchObject({ code: 2, output: expect.stringContaining('--env') });
    const other = run('deploy', STACK, '--env', 'production');
    expect(other).toMatchObject({ code: 3, output: expect.stringContaining('is a stack of test') });
  });

  it('refuses a violated policy, naming resource and property', () => {
    edit(11);
    const refused = run('policy', STACK);
    expect(refused.code).toBe(3);
    expect(refused.output).toContain('Disk::main size: too large');
  });

  it.each([
    ['a folder that is not a stack', ['infra/test/none'], 2, 'is not a stack'],
    ['a number of seconds that is none', [STACK, '--timeout', 'soon'], 2, '"soon"'],
  ])('names %s', (_, words, code, said) => {
    const { code: found, output } = run('synth', ...words);
    expect([found, output]).toEqual([code, expect.stringContaining(said)]);
  });

  it('reports the error of a program, without its secret', () => {
    edit(1, "throw new Error('no such size');");
    expect(run('synth', STACK)).toMatchObject({ code: 1, output: expect.stringContaining('no such size') });
    edit(1, 'return new Promise(() => {});');
    const endless = run('synth', STACK, '--timeout', '0.5');
    expect(endless).toMatchObject({ code: 1, output: expect.stringContaining('did not end within 0.5 s') });
    writeFileSync(file('index.ts'), 'export const program = 1;\n');
    expect(run('synth', STACK).output).toContain('must export a function by default');
  });
});
