import { describe, expect, it } from 'vitest';
import { affectedBase } from '../../src/due/affected-base.ts';
import { readEnvironment } from '../../src/workspace/environment.ts';
import { readEnvironmentState } from '../../src/due/read-due-state.ts';
import { Workspace } from '../support/workspace.ts';

const base = async (workspace: Workspace) =>
  affectedBase(
    await readEnvironmentState(
      await workspace.source(),
      await readEnvironment(workspace.root, 'development'),
      workspace.changed,
    ),
  );

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

describe('affectedBase', () => {
  it('is the empty tree while nothing was ever released', async () => {
    expect(await base(new Workspace())).toBe(EMPTY_TREE);
  });

  it('is through while nothing is pending', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const through = workspace.git('rev-parse', 'HEAD');
    workspace.edit('api', 'api 2');
    expect(await base(workspace)).toBe(through);
  });

  it('is the newest commit whose affected set contains the pending projects, too', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.write('README.md', 'x');
    const newest = workspace.commit('the last commit before api changed');
    workspace.write('apps/api/src/main.ts', 'api 2');
    workspace.edit('web', 'web 2');
    workspace.edit('web', 'web 3');
    await workspace.deploy('development', ['web'], { failed: [{ app: 'api', reason: 'red' }] });
    expect(await base(workspace)).toBe(newest);
  });

  it('is the empty tree if a revert hides a pending project from every base', async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['web']);
    workspace.edit('web', 'web 2');
    await workspace.deploy('development', ['web']);
    expect(await base(workspace)).toBe(EMPTY_TREE);
  });
});
