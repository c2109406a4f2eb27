import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bumpFiles, readEnvironment } from '../../src/index.ts';
import { openBranch } from '../../src/branch/open-branch.ts';
import { hold as holdApp } from '../../src/interventions/hold.ts';
import { onOrigin, releaseOf, tipOf } from '../support/ledger-of.ts';
import { ValuesRepository } from '../support/values-repository.ts';
import { digestOf, scratch, words, Workspace } from '../support/workspace.ts';

const edit = (value: string) => ({ file: 'a.yaml', path: 'tag', value });
const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'accepted',
    (error: unknown) => error,
  );

/** A file system of a few hundred kilobytes; undefined where this user may not mount one. */
function smallDisk(kilobytes: number): string | undefined {
  const folder = scratch();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'slipway', folder]);
  return mounted.status === 0 ? folder : undefined;
}

/** At once, though git may still be tidying up at the other end of a push that was answered. */
const unmount = (disk: string): void => void execFileSync('umount', ['--lazy', disk]);

describe('a remote that went bad', () => {
  it('with a full disk fails at once, does not change, and accepts the bump after space is free', async ({
    skip,
  }) => {
    const disk = smallDisk(1_500);
    if (disk === undefined) return skip('mounting a small file system takes root');
    try {
      const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
      const repository = join(disk, 'r.git');
      execFileSync('git', ['clone', '--quiet', '--bare', deploy.bare, repository]);
      spawnSync('dd', ['if=/dev/zero', `of=${disk}/fill`, 'bs=4k']); // until it is full
      expect(await refusal(bumpFiles({ repository, edits: [edit('v2')] }))).toMatchObject({
        code: 'refused',
        retryable: false,
      });
      rmSync(join(disk, 'fill'));
      expect((await bumpFiles({ repository, edits: [edit('v2')] })).commit).toBeDefined();
      expect(spawnSync('git', ['-C', repository, 'fsck', '--full', '--strict']).status).toBe(0);
    } finally {
      unmount(disk);
    }
  });

  it('on a file system that is read-only is refused at once', async ({ skip }) => {
    const disk = smallDisk(4_000);
    if (disk === undefined) return skip('mounting a small file system takes root');
    try {
      const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
      const repository = join(disk, 'r.git');
      execFileSync('git', ['clone', '--quiet', '--bare', deploy.bare, repository]);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      expect(await refusal(bumpFiles({ repository, edits: [edit('v2')] }))).toMatchObject({
        code: 'refused',
        retryable: false,
      });
    } finally {
      unmount(disk);
    }
  });

  it('with the lock of a crashed git: the error names the lock and the remedy, and the lock stays', async () => {
    const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
    const lock = join(deploy.bare, 'refs/heads/main.lock');
    writeFileSync(lock, '');
    const { branch, tip } = await openBranch({ repository: deploy.bare });
    const commit = await branch.commit(tip, new Map([['a.yaml', 'tag: v2\n']]), 'by hand');
    const error = await refusal(branch.push(commit, tip));
    expect(error).toMatchObject({ code: 'locked', retryable: true });
    expect(String(error)).toMatch(/the lock \S+main\.lock exists\. .*delete that file/);
    // A deadline in the middle of the next attempt says less than what was in the way.
    expect(await refusal(branch.push(commit, tip, { signal: AbortSignal.abort() }))).toBe(error);
    await branch.close();
    expect(existsSync(lock)).toBe(true);
    expect(deploy.commits()).toBe(1);
    rmSync(lock);
    expect((await bumpFiles({ repository: deploy.bare, edits: [edit('v2')] })).commit).toBeDefined();
  });

  it('with a damaged object is named as damaged, and is not tried again', async () => {
    const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n', 'b.yaml': 'x: 1\n' });
    const id = deploy.git('rev-parse', 'main:a.yaml').trim();
    const file = join(deploy.bare, 'objects', id.slice(0, 2), id.slice(2));
    execFileSync('chmod', ['u+w', file]);
    truncateSync(file, statSync(file).size - 4);
    const error = await refusal(
      bumpFiles({ repository: deploy.bare, edits: [edit('v2')], deadlineMs: 20_000 }),
    );
    expect(error).toMatchObject({ code: 'corrupt', retryable: false });
  });

  it('whose branch was deleted gets a new ledger, for all apps are due then', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    onOrigin(workspace, 'update-ref', '-d', 'refs/heads/env/development');
    workspace.edit('api', 'api 2');
    const result = await workspace.deploy('development', ['api']);
    expect(words(result)).toEqual({ api: 'landed' });
    expect(result.state.pending).toEqual(['web']);
  });

  it('that was rewound: lost releases are due again, and no older commit wins', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const before = tipOf(workspace);
    const old = workspace.git('rev-parse', 'HEAD');
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    onOrigin(workspace, 'update-ref', 'refs/heads/env/development', before);
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'landed' });
    workspace.git('checkout', '--quiet', '--detach', old);
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'superseded' });
    expect(releaseOf(workspace, 'api').image?.digest).toBe(digestOf('api 2'));
  });
});

describe('a machine that went bad', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.useRealTimers();
  });

  it('with a full local disk fails with the reason, leaves no files, and succeeds after space is free', async ({
    skip,
  }) => {
    const disk = smallDisk(64);
    if (disk === undefined) return skip('mounting a small file system takes root');
    try {
      const deploy = new ValuesRepository({ 'a.yaml': `tag: v1\n${'# filler\n'.repeat(20_000)}` });
      spawnSync('dd', ['if=/dev/zero', `of=${disk}/fill`, 'bs=1k', 'count=40']);
      vi.stubEnv('TMPDIR', disk);
      const error = await refusal(bumpFiles({ repository: deploy.bare, edits: [edit('v2')] }));
      expect(String(error)).toMatch(/no space left/i);
      expect(error).toMatchObject({ retryable: false });
      expect(deploy.commits()).toBe(1);
      vi.unstubAllEnvs();
      expect(readdirSync(disk).filter((name) => name.startsWith('slipway-'))).toEqual([]);
      expect((await bumpFiles({ repository: deploy.bare, edits: [edit('v2')] })).commit).toBeDefined();
    } finally {
      unmount(disk);
    }
  });

  it.each([-1, 1])('whose clock is wrong by %i day decides as before: order is by ancestry', async (days) => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const old = workspace.git('rev-parse', 'HEAD');
    workspace.edit('api', 'api 2');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'landed' });
    vi.useRealTimers();
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'unchanged' });
    workspace.git('checkout', '--quiet', '--detach', old);
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'superseded' });
  });

  it('whose clock is a day late still obeys a hold, and lifts it by its own clock', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const environment = await readEnvironment(workspace.root, 'development');
    await holdApp(await workspace.source(), environment, 'api', { by: 'ada', reason: 'x', until: '2h' });
    workspace.edit('api', 'api 2');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 });
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'held' });
    vi.setSystemTime(Date.now() + 2 * 86_400_000);
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'landed' });
  });

  it('leaves nothing behind, whatever happened', async () => {
    const temp = join(scratch(), 'tmp');
    mkdirSync(temp);
    vi.stubEnv('TMPDIR', temp);
    const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
    await bumpFiles({ repository: deploy.bare, edits: [edit('v2')] });
    await refusal(bumpFiles({ repository: deploy.bare, edits: [{ ...edit('v3'), file: 'none' }] }));
    await refusal(bumpFiles({ repository: join(temp, 'nowhere'), edits: [edit('v3')] }));
    writeFileSync(join(temp, 'mine'), '');
    expect(readdirSync(temp).filter((name) => name.startsWith('slipway-ledger'))).toEqual([]);
    expect(existsSync(join(temp, 'mine'))).toBe(true);
  });
});
