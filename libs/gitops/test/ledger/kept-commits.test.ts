import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onOrigin, releaseOf } from '../support/ledger-of.ts';
import { scratch, Workspace } from '../support/workspace.ts';

/** Rewrites main into one commit without a past, and lets the remote forget what no branch reaches. */
function squash(workspace: Workspace): void {
  workspace.git('checkout', '--quiet', '--orphan', 'squashed');
  workspace.git('branch', '--quiet', '--delete', '--force', 'main');
  workspace.git('checkout', '--quiet', '-b', 'main');
  workspace.commit('all in one');
  onOrigin(workspace, 'reflog', 'expire', '--expire=now', '--all');
  onOrigin(workspace, 'gc', '--quiet', '--prune=now');
}

/** Fetches as Argo CD does: all branches, and then a commit by its id. */
function readAsArgoCd(workspace: Workspace, commit: string): string {
  const folder = join(scratch(), 'argocd');
  execFileSync('git', ['init', '--quiet', folder]);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  git('remote', 'add', 'origin', `file://${workspace.origin}`);
  git('fetch', '--quiet', 'origin', '--tags', '--force', '--prune');
  git('checkout', '--quiet', '--force', commit);
  return git('show', 'HEAD:apps/api/deploy/values.yaml');
}

describe('a released commit', () => {
  it('stays fetchable for Argo CD after main was squashed and the remote tidied up', async () => {
    const workspace = new Workspace();
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 7\n');
    workspace.commit('seven');
    await workspace.deploy('development', ['api', 'web']);
    const lost = workspace.git('rev-parse', 'HEAD~1');
    const { config } = releaseOf(workspace, 'api').release;
    workspace.edit('api', 'never released');
    const unreleased = workspace.git('rev-parse', 'HEAD');
    squash(workspace);
    expect(readAsArgoCd(workspace, config)).toBe('replicas: 7\n');
    expect(readAsArgoCd(workspace, lost)).toBe('replicas: 1\n'); // its past comes along
    expect(() => readAsArgoCd(workspace, unreleased)).toThrow(); // the negative control: nothing keeps this one
  });

  it('is a second parent of the commit that records it: one ref in all, and one line of history', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const head = workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    const parents = onOrigin(workspace, 'log', '-1', '--format=%P', 'env/development').split(' ');
    expect(parents).toHaveLength(2);
    expect(parents[1]).toBe(head);
    expect(workspace.ledgerCommits()).toBe(2);
    expect(onOrigin(workspace, 'for-each-ref', '--format=%(refname)').split('\n')).toEqual([
      'refs/heads/env/development',
      'refs/heads/main',
    ]);
  });
});
