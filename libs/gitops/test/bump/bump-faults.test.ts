import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bump, GitopsError, readEnvironment, Checkout } from '../../src/index.ts';
import { holdByHand, releaseOf, stateOf } from '../support/ledger-of.ts';
import { digestOf, intent, scratch, words, Workspace } from '../support/workspace.ts';

describe('bad circumstances end in one clear error, with nothing written', () => {
  const failure = async (promise: Promise<unknown>): Promise<GitopsError> => {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(GitopsError);
    return error as GitopsError;
  };

  it('no repository', async () => {
    expect(await failure(Checkout.open(scratch()))).toMatchObject({ code: 'no-repository' });
  });

  it('no commits', async () => {
    const folder = scratch();
    execFileSync('git', ['init', '--quiet', folder]);
    const checkout = await Checkout.open(folder);
    expect(await failure(checkout.head())).toMatchObject({ code: 'no-commit' });
  });

  it('a dirty tree, named file by file', async () => {
    const workspace = new Workspace();
    workspace.write('apps/api/src/main.ts', 'uncommitted');
    const error = await failure(workspace.deploy('development', ['api']));
    expect(error).toMatchObject({ code: 'dirty', value: ['apps/api/src/main.ts'] });
  });

  it('a dirty tree and an unreachable ledger: the tree is reported, without waiting for the ledger', async () => {
    const workspace = new Workspace();
    workspace.write('apps/api/src/main.ts', 'uncommitted');
    workspace.git('remote', 'set-url', 'origin', 'http://127.0.0.1:1/closed.git');
    expect(await failure(workspace.deploy('development', ['api']))).toMatchObject({ code: 'dirty' });
    rmSync(workspace.origin, { recursive: true });
    workspace.git('remote', 'set-url', 'origin', workspace.origin);
    expect(await failure(workspace.deploy('development', ['api']))).toMatchObject({ code: 'dirty' });
  });

  it('a commit that is not on the remote, with the push command', async () => {
    const workspace = new Workspace();
    workspace.git('commit', '--quiet', '--allow-empty', '--message', 'not pushed');
    const error = await failure(workspace.deploy('development', ['api']));
    expect(error.code).toBe('unpushed');
    expect(error.message).toContain('git push origin HEAD:main');
  });

  it('a remote that is not configured', async () => {
    const workspace = new Workspace();
    workspace.git('remote', 'remove', 'origin');
    expect(await failure(workspace.deploy('development', ['api']))).toMatchObject({
      code: 'not-found',
      value: 'origin',
    });
  });

  it('a remote that is not there', async () => {
    const workspace = new Workspace();
    rmSync(workspace.origin, { recursive: true });
    expect(await failure(workspace.deploy('development', ['api']))).toMatchObject({ code: 'not-found' });
  });

  it('a remote that refuses the push by a hook, at once and with its words', async () => {
    const workspace = new Workspace();
    const hook = join(workspace.origin, 'hooks/pre-receive');
    mkdirSync(dirname(hook));
    writeFileSync(hook, '#!/bin/sh\necho "env branches are protected" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const error = await failure(workspace.deploy('development', ['api']));
    expect(error.code).toBe('refused');
    expect(error.message).toContain('env branches are protected');
  });

  it('a branch that stands in the way of the name of the ledger, at once', async () => {
    const workspace = new Workspace();
    workspace.git('push', '--quiet', 'origin', 'HEAD:refs/heads/env');
    const error = await failure(workspace.deploy('development', ['api']));
    expect(error).toMatchObject({ code: 'refused', retryable: false });
    expect(error.message).toMatch(/'refs\/heads\/env' exists.*Rename one of the two\.$/s);
  });

  it('a remote that cannot be reached, after the deadline', async () => {
    const workspace = new Workspace();
    workspace.git('remote', 'set-url', 'origin', 'http://127.0.0.1:1/x.git');
    expect(await failure(workspace.deploy('development', ['api'], { deadlineMs: 400 }))).toMatchObject({
      code: 'network',
    });
  });

  it('a shallow clone whose rest cannot be had', async () => {
    const workspace = new Workspace();
    workspace.edit('api', 'api 2');
    const clone = join(scratch(), 'shallow');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${workspace.origin}`, clone]);
    execFileSync('git', ['-C', clone, 'remote', 'remove', 'origin']);
    writeFileSync(join(clone, 'apps/api/src/main.ts'), 'uncommitted');
    const error = await failure(workspace.deploy('local', ['api'], { root: clone }));
    expect(error.code).toBe('shallow');
    expect(error.message).toContain('git fetch --unshallow');
  });

  it('a broken ledger file, with every problem, path and value', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    holdByHand(workspace, 'api', { by: 'ada', why: 'no such key' });
    const error = await failure(workspace.deploy('development', ['api']));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain('env/development:apps/api/release.yaml');
    expect(error.message).toMatch(/hold\.why: is not a known key/);
    expect(error.message).toMatch(/hold: needs reason, since/);
    expect(error.message).toMatch(/revert the commit on env\/development that changed it by hand\.$/);
  });
});

describe('many writers', () => {
  it('all land, each in one commit, and none is lost', async () => {
    const apps = Array.from({ length: 8 }, (_, at) => `app-${at}`);
    const workspace = new Workspace({ apps });
    const results = await Promise.all(apps.map((app) => workspace.deploy('development', [app])));
    expect(results.map((result) => words(result))).toEqual(apps.map((app) => ({ [app]: 'landed' })));
    expect(workspace.ledgerCommits()).toBe(apps.length);
    expect(stateOf(workspace).pending).toEqual([]);
    for (const app of apps) expect(releaseOf(workspace, app).image.digest).toBe(digestOf(`${app} 1`));
  });

  it('is not fooled by a lost acknowledgement: the remote is asked', async () => {
    const workspace = new Workspace();
    const environment = await readEnvironment(workspace.root, 'development');
    // The remote moves the branch, then the connection dies before it says so.
    mkdirSync(join(workspace.origin, 'hooks'));
    writeFileSync(join(workspace.origin, 'hooks/post-receive'), '#!/bin/sh\nkill -9 $PPID\n', {
      mode: 0o755,
    });
    const result = await bump({
      checkout: await workspace.source(),
      environment,
      intents: [intent('api', 'api 1')],
      changed: workspace.changed,
    });
    expect(words(result)).toEqual({ api: 'landed' });
    expect(workspace.ledgerCommits()).toBe(1);
  });
});
