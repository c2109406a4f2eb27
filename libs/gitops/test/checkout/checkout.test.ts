import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bump, history, readEnvironment, rollback, Checkout, unhold } from '../../src/index.ts';
import { digestOf, intent, scratch, words, Workspace } from '../support/workspace.ts';

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-C', cwd, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** Clones a workspace's remote with further arguments. */
function clone(workspace: Workspace, ...args: string[]): string {
  const folder = join(scratch(), 'clone');
  execFileSync('git', ['clone', '--quiet', ...args, `file://${workspace.origin}`, folder], {
    stdio: 'ignore',
  });
  return folder;
}

const landsFrom = async (workspace: Workspace, root: string): Promise<void> =>
  expect(words(await workspace.deploy('development', ['api', 'web'], { root }))).toMatchObject({
    api: 'landed',
  });

describe('a bump works from', () => {
  it('a shallow clone; the rest is fetched when the order of commits is needed', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.edit('api', 'api 2');
    const root = clone(workspace, '--depth=1');
    await landsFrom(workspace, root);
    expect(git(root, 'rev-parse', '--is-shallow-repository')).toBe('false');
  });

  it('a shallow clone, which stays shallow if its history is not needed', async () => {
    const workspace = new Workspace();
    workspace.edit('api', 'api 2');
    const root = clone(workspace, '--depth=1');
    await landsFrom(workspace, root);
    expect(git(root, 'rev-parse', '--is-shallow-repository')).toBe('true');
    expect(git(workspace.origin, 'fsck', '--full', '--strict')).toBe('');
  });

  it('a clone without blobs', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.edit('api', 'api 2');
    git(workspace.origin, 'config', 'uploadpack.allowFilter', 'true');
    await landsFrom(workspace, clone(workspace, '--filter=blob:none'));
  });

  it('a bare repository', async () => {
    const workspace = new Workspace();
    const environment = await readEnvironment(workspace.root, 'development');
    const root = clone(workspace, '--bare');
    const result = await bump({
      checkout: await Checkout.open(root),
      environment,
      intents: [intent('api', 'api 1')],
      changed: workspace.changed,
    });
    expect(words(result)).toEqual({ api: 'landed' });
  });

  it('a linked work tree with a detached head', async () => {
    const workspace = new Workspace();
    const tree = join(scratch(), 'tree');
    workspace.git('worktree', 'add', '--quiet', '--detach', tree);
    await landsFrom(workspace, tree);
  });

  it('a checkout with a submodule in it', async () => {
    const workspace = new Workspace();
    const other = new Workspace({ apps: ['other'] });
    const add = [
      '-c',
      'protocol.file.allow=always',
      'submodule',
      'add',
      '--quiet',
      other.origin,
      'vendor/other',
    ];
    workspace.git(...add);
    workspace.commit('with a submodule');
    await landsFrom(workspace, workspace.root);
  });

  it('a repository with SHA-256 object ids', async () => {
    const folder = scratch();
    const [origin, root] = [join(folder, 'origin.git'), join(folder, 'clone')];
    const format = '--object-format=sha256';
    execFileSync('git', ['init', '--quiet', '--bare', format, '--initial-branch=main', origin]);
    execFileSync('git', ['init', '--quiet', format, '--initial-branch=main', root]);
    const model = new Workspace();
    execFileSync('cp', ['-r', join(model.root, 'apps'), join(model.root, 'deploy'), root]);
    git(root, 'remote', 'add', 'origin', origin);
    git(root, 'add', '--all');
    git(root, '-c', 'user.name=Ada', '-c', 'user.email=a@b', 'commit', '--quiet', '--message', 'start');
    git(root, 'push', '--quiet', 'origin', 'main');
    await landsFrom(model, root);
    expect(git(origin, 'rev-parse', 'env/development')).toHaveLength(64);
    expect(git(origin, 'fsck', '--full', '--strict')).toBe('');
  });
});

describe('history, hold and rollback work from', () => {
  const kinds = { 'a shallow clone': ['--depth=1'], 'a clone without blobs': ['--filter=blob:none'] };
  it.each(Object.entries(kinds))('%s', async (_, how) => {
    const workspace = new Workspace();
    workspace.git('-C', workspace.origin, 'config', 'uploadpack.allowFilter', 'true');
    await workspace.deploy('development', ['api', 'web']);
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    workspace.write('README.md', 'newer');
    workspace.commit('nothing to do with it');
    const root = clone(workspace, ...how);
    const environment = await readEnvironment(root, 'development');
    const here = async () => [await Checkout.open(root), environment, 'api'] as const;
    const entries = await history(...(await here()));
    expect(entries.map(({ release }) => release?.image?.digest)).toEqual(['api 2', 'api 1'].map(digestOf));
    const back = await rollback(...(await here()), { by: 'ada', reason: 'errors' });
    expect(back.after.image?.digest).toBe(digestOf('api 1'));
    expect((await unhold(...(await here()), { by: 'ada' })).lifted).toMatchObject({ reason: 'errors' });
    expect(git(workspace.origin, 'fsck', '--full', '--strict')).toBe('');
  });
});

describe('a bump does not change and does not use', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('hooks, aliases and settings of the checkout and the user', async () => {
    const workspace = new Workspace();
    const home = scratch();
    const canary = join(home, 'canary');
    const hooks = join(home, 'hooks');
    for (const folder of [hooks, join(workspace.root, '.git/hooks')]) {
      mkdirSync(folder);
      for (const name of [
        'pre-push',
        'pre-commit',
        'post-checkout',
        'reference-transaction',
        'post-index-change',
      ])
        writeFileSync(join(folder, name), `#!/bin/sh\ntouch ${canary}\nexit 1\n`, { mode: 0o755 });
    }
    const config = `[core]\n hooksPath = ${hooks}\n[alias]\n fetch = !touch ${canary}\n push = !touch ${canary}\n`;
    const settings = '[push]\n gpgSign = true\n followTags = true\n[fetch]\n recurseSubmodules = true\n';
    writeFileSync(join(home, '.gitconfig'), config + settings);
    workspace.git('config', 'alias.cat-file', `!touch ${canary}`);
    vi.stubEnv('HOME', home);
    const kept = ['.git/config', '.git/index', '.git/HEAD'].map((file) => join(workspace.root, file));
    const before = kept.map((file) => readFileSync(file));
    const refs = workspace.git('for-each-ref');
    await landsFrom(workspace, workspace.root);
    expect(existsSync(canary)).toBe(false);
    expect(kept.map((file) => readFileSync(file))).toEqual(before);
    expect(workspace.git('for-each-ref')).toBe(refs);
    expect(workspace.git('status', '--porcelain')).toBe('');
    expect(readFileSync(join(home, '.gitconfig'), 'utf8')).toBe(config + settings);
  });

  it('file modes, and files of the branch that are not part of the ledger', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const other = clone(workspace, '--branch=env/development');
    writeFileSync(join(other, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(other, 'ümlaut and space.txt'), 'x');
    execFileSync('ln', ['-s', 'run.sh', join(other, 'link')]);
    git(other, 'add', '--all');
    git(other, '-c', 'user.name=Ada', '-c', 'user.email=a@b', 'commit', '--quiet', '--message', 'by hand');
    git(other, 'push', '--quiet');
    const before = git(workspace.origin, 'ls-tree', '-r', 'env/development');
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    const after = git(workspace.origin, 'ls-tree', '-r', 'env/development');
    const changed = after.split('\n').filter((line) => !before.includes(line));
    expect(changed.map((line) => line.split('\t')[1])).toEqual(['apps/api/release.yaml', 'ledger.yaml']);
    expect(git(workspace.origin, 'fsck', '--full', '--strict')).toBe('');
  });
});
