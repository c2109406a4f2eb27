import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutNx } from 'tools/scratch';
import { parse } from 'yaml';
import { Workspace } from '../test/workspace.ts';
import { Cloud, textOf } from './cloud.ts';

const hasPulumi = spawnSync('pulumi', ['version']).status === 0;
if (!hasPulumi) console.log('stacks on the real engine: skipped, there is no pulumi on PATH');

const STACK = 'infra/cloud/shop';
const DEPLOY = `slipway stack deploy ${STACK} --env cloud`;
/** A secret of the program. It must not appear anywhere else. */
const SECRET = 'canary-7741';
const RELEASE = 'slipway affected -t build test deploy -c cloud';

interface Applied {
  source?: string;
  graph?: string;
  pending?: string;
}

/** One stack of the environment `cloud`, beside an app. The tests depend on their order. */
describe.skipIf(!hasPulumi)('a stack on the real engine', () => {
  const cloud = new Cloud();
  let workspace: Workspace;
  const ledgerFolder = (): string => join(workspace.root, '.slipway/cloud.git');
  const inLedger = (...args: string[]): string =>
    spawnSync('git', ['-C', ledgerFolder(), ...args], { encoding: 'utf8' }).stdout.trim();
  const ledger = (file: string): unknown => parse(inLedger('show', `env/cloud:${file}`));
  const applied = (): Applied => ledger('stacks/shop/applied.yaml') as Applied;
  const pending = (): string[] => (ledger('ledger.yaml') as { pending: string[] }).pending;
  const tip = (): string => inLedger('rev-parse', 'env/cloud');
  const bumps = (): number => Number(inLedger('rev-list', '--count', '--first-parent', 'env/cloud'));
  const head = (): string => workspace.git('rev-parse', 'HEAD');
  const nameOfTip = (): string => inLedger('log', '-1', '--format=%s', 'env/cloud');

  /** Edits the program, checks its graph in and commits. */
  const edit = (size: number, further = ''): string => {
    workspace.write(
      `${STACK}/index.ts`,
      `import * as pulumi from '@pulumi/pulumi';
       class Thing extends pulumi.CustomResource {
         constructor(name, inputs, options = {}) { super('test:index:Thing', name, inputs, options); }
       }
       export default function shop() {
         const first = new Thing('first', { size: ${size}, password: pulumi.secret('${SECRET}') });
         ${further}
       }\n`,
    );
    expect(workspace.run(`slipway stack record ${STACK}`).code).toBe(0);
    return workspace.commit(`size ${size}`);
  };
  const second = (input: string): string =>
    `new Thing('second', { ${input}: '${cloud.gate}' }, { dependsOn: first });`;

  beforeAll(async () => {
    await cloud.open();
    workspace = new Workspace(['api']);
    workspace.write('apps/api/deploy/cloud.yaml', '{}\n');
    workspace.write(
      'deploy/environments/cloud/environment.yaml',
      'deploy: auto\nbase: embedded\nregistries: ["oci:.slipway/registry"]\nsource: worktree\nledger: { repository: .slipway/cloud.git }\n',
    );
    workspace.write(`${STACK}/package.json`, '{ "name": "cloud-shop", "private": true, "type": "module" }\n');
    workspace.write(`${STACK}/Pulumi.yaml`, 'name: shop\nruntime: nodejs\nmain: index.ts\n');
    workspace.write(`${STACK}/Pulumi.cloud.yaml`, 'config: {}\n');
    edit(1);
  });
  afterAll(() => {
    workspace.close();
    cloud.close();
  });

  it('is only planned with another configuration: nothing is applied or recorded', () => {
    const { code, output } = workspace.run('nx deploy cloud-shop');
    expect(output).toContain('Nothing was applied: this is a plan.');
    expect(code).toBe(0);
    expect(cloud.things).toBe(0);
    expect(inLedger('branch', '--list')).toBe('');
  });

  it('is applied by the run of its environment, which records it with the app in one commit', () => {
    const { code, output, tasks } = workspace.run(RELEASE, { isolated: true });
    expect(code, output).toBe(0);
    expect(tasks).toEqual(expect.arrayContaining(['api:deploy:cloud', 'cloud-shop:deploy:cloud']));
    expect(cloud.things).toBe(1);
    expect(nameOfTip()).toBe('Release api, cloud-shop to cloud');
    expect(applied()).toMatchObject({ source: head(), graph: expect.stringMatching(/^sha256:/) });
    expect(pending()).toEqual([]);
    expect(workspace.run(RELEASE).output).toContain('Nothing is due in cloud.');
  });

  it('is neither changed nor recorded if the same commit is applied again', () => {
    const before = tip();
    const { code, output } = workspace.run(DEPLOY);
    expect(code, output).toBe(0);
    expect(output).toMatch(/cloud-shop +unchanged/);
    expect(tip()).toBe(before);
  });

  it('that fails halfway is due, and the run releases its other projects in one commit', () => {
    workspace.code('api', '2');
    edit(2, second('failUnless'));
    const count = bumps();
    const { code, output } = workspace.run(RELEASE);
    expect(code).toBe(1);
    expect(output).toContain('the cloud is out of disks');
    expect(bumps()).toBe(count + 1);
    expect(nameOfTip()).toBe('Release api to cloud');
    expect(applied().pending).toBe(head());
    expect(pending()).toEqual(['cloud-shop']);
    cloud.openGate();
    const again = workspace.run(RELEASE);
    expect(again.code, again.output).toBe(0);
    expect(again.tasks.filter((task) => task.includes(':deploy'))).toEqual(['cloud-shop:deploy:cloud']);
    expect(applied()).toEqual({ source: head(), graph: expect.any(String) });
    expect(pending()).toEqual([]);
    expect(cloud.things).toBe(2);
  });

  it('that was applied while the ledger was not writable is recorded later, by the printed command', () => {
    edit(3, second('failUnless'));
    const hook = join(ledgerFolder(), 'hooks/pre-receive');
    mkdirSync(join(ledgerFolder(), 'hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\necho the ledger is shut >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const { code, output } = workspace.run(DEPLOY);
    expect(code, output).not.toBe(0);
    expect(output).toContain('is applied, but the ledger does not record it');
    rmSync(hook);
    expect(applied().source).not.toBe(head());
    const command = /npx (slipway bump --env cloud --run \S+)/.exec(output)?.[1];
    const recorded = workspace.run(command as string);
    expect(recorded.code, recorded.output).toBe(0);
    expect(applied().source).toBe(head());
  });

  it('is not applied at an older commit than the last update, even if the ledger has recorded neither', () => {
    const older = head();
    const newer = edit(4, second('failUnless'));
    const before = tip();
    const inNx = { SLIPWAY_RUN: 'a-run-that-has-not-ended' }; // the commit of this run would come after all its tasks
    expect(deployWith(inNx).code).toBe(0);
    expect(tip()).toBe(before);
    workspace.git('checkout', '--quiet', older);
    const refused = deployWith(inNx);
    expect(refused.output).toContain(`${newer.slice(0, 12)} is newer and applied`);
    expect(refused.code).toBe(3);
    workspace.git('checkout', '--quiet', 'main');
    expect(workspace.run('slipway bump --env cloud --run a-run-that-has-not-ended').code).toBe(0);
    expect(applied().source).toBe(newer);
  });

  it('is due if credentials expire during the update, and the remedy is printed', () => {
    edit(
      5,
      `${second('failUnless')} new Thing('third', { failWith: 'ExpiredToken: too old' }, { dependsOn: first });`,
    );
    const { code, output } = workspace.run(DEPLOY);
    expect([code, output]).toEqual([1, expect.stringContaining('Log in to the cloud again')]);
    expect(applied().pending).toBe(head());
    expect(pending()).toEqual(['cloud-shop']);
  });

  it('is refused while another run applies it, and is not due then', async () => {
    edit(
      5,
      `${second('failUnless')} new Thing('third', { waitFor: '${cloud.gate}' }, { dependsOn: first });`,
    );
    cloud.closeGate();
    cloud.openGate();
    rmSync(cloud.gate);
    const first = start();
    await cloud.untilWaiting();
    const before = tip();
    const refused = workspace.run(DEPLOY);
    expect(refused.code, refused.output).toBe(1);
    expect(refused.output).toContain('Another update has locked cloud');
    expect(tip()).toBe(before);
    cloud.openGate();
    expect(await first.ended).toBe(0);
    expect(applied().source).toBe(head());
  });

  it('whose update was killed is due, and the next update finishes it', async () => {
    edit(7, `new Thing('fourth', { waitFor: '${cloud.gate}' }, { dependsOn: first });`);
    cloud.closeGate();
    const run = start();
    await cloud.untilWaiting();
    process.kill(-run.pid, 'SIGKILL');
    await run.ended;
    cloud.openGate();
    expect(workspace.run('slipway bump --env cloud').code).toBe(1);
    expect(applied().pending).toBe(head());
    expect(pending()).toEqual(['cloud-shop']);
    const refused = workspace.run(DEPLOY);
    const cancel = /\$ (pulumi cancel .*)/.exec(refused.output)?.[1];
    expect(workspace.run(cancel as string).code).toBe(0);
    const done = workspace.run(DEPLOY);
    expect(done.code, done.output).toBe(0);
    expect(done.output).toContain('check in the cloud whether it exists twice');
    expect(applied()).toEqual({ source: head(), graph: expect.any(String) });
    expect(pending()).toEqual([]);
  });

  it('is refused with the store of another environment, a missing store, and a wrong passphrase', () => {
    const other = deployWith({ PULUMI_BACKEND_URL: 's3://production-pulumi' });
    expect([other.code, other.output]).toEqual([3, expect.stringContaining('which is not a store of cloud')]);
    const nowhere = deployWith({ PULUMI_BACKEND_URL: 'file:///nowhere/at/all/cloud' });
    expect([nowhere.code, nowhere.output]).toEqual([
      2,
      expect.stringContaining('Correct PULUMI_BACKEND_URL'),
    ]);
    const wrong = deployWith({ PULUMI_CONFIG_PASSPHRASE: 'wrong' });
    expect([wrong.code, wrong.output]).toEqual([1, expect.stringContaining('Set PULUMI_CONFIG_PASSPHRASE')]);
    expect(pending()).toEqual([]);
  });

  it('does not reveal its secret in the graph, the ledger, the results of runs, the state, or the output', () => {
    const kept = ['infra/cloud/shop/graph.json', 'infra/cloud/shop/dist', '.slipway/runs'];
    const said = kept.map((path) => textOf(join(workspace.root, path))).join('');
    const files = said + cloud.state + inLedger('log', '--patch', 'env/cloud') + deployWith({}).output;
    expect(files).toContain('cloud-shop');
    expect(files).not.toContain(SECRET);
  });

  it('without a folder is reported, and none of its resources is destroyed', () => {
    const before = cloud.things;
    workspace.remove(STACK);
    workspace.commit('The folder is gone');
    expect(workspace.run('slipway status --env cloud').output).toContain(
      'cloud-shop was applied in cloud, but its folder no longer exists',
    );
    workspace.code('api', '3');
    workspace.commit('api 3');
    expect(workspace.run(RELEASE).output).toContain('npx slipway remove cloud-shop --env cloud');
    expect(cloud.things).toBe(before);
    expect(workspace.run('slipway remove cloud-shop --env cloud').code).toBe(0);
    expect(inLedger('ls-tree', '-r', '--name-only', 'env/cloud')).not.toContain('stacks/');
    expect(cloud.things).toBe(before);
  });

  /** Runs one deploy with additional variables. */
  function deployWith(variables: Record<string, string>): { code: number | null; output: string } {
    const [program = '', ...args] = DEPLOY.split(' ');
    const env = { ...withoutNx(process.env), ...variables };
    const done = spawnSync(program, args, { cwd: workspace.root, env, encoding: 'utf8' });
    return { code: done.status, output: `${done.stdout}${done.stderr}` };
  }

  /** Starts a deploy in its own process group, so the engine is killed with it. */
  function start(): { pid: number; ended: Promise<number | null> } {
    const [program = '', ...args] = DEPLOY.split(' ');
    const options = { cwd: workspace.root, env: withoutNx(process.env), detached: true } as const;
    const child = spawn(program, args, { ...options, stdio: 'ignore' });
    return {
      pid: child.pid as number,
      ended: new Promise((resolve) => child.on('close', (code) => resolve(code))),
    };
  }
});
