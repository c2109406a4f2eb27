import { afterAll, describe, expect, it } from 'vitest';
import { Workspace } from './workspace.ts';

/** All tests share one workspace: each continues from the state of the previous one. */
describe('an incident, from the rollback to the fix', () => {
  const workspace = new Workspace(['a', 'b']);
  afterAll(() => workspace.close());
  const release = 'slipway affected -t build test deploy';

  it('goes back to the previous release, holds it and shows the reason', () => {
    workspace.run(release);
    const good = workspace.release('a');
    workspace.code('a', '2');
    workspace.commit('a 2');
    expect(workspace.run(release).output).toMatch(/^a\s+landed/m);
    const { code, output } = workspace.run('slipway rollback a --env local --reason errors --by ada');
    expect(output).toContain('It is held by ada (errors) until it is lifted.');
    expect(code).toBe(0);
    expect(workspace.release('a')).toMatchObject({ ...good, hold: { by: 'ada', reason: 'errors' } });
    expect(workspace.run('slipway status --env local').output).toMatch(/^a\s+local.*held, pending$/m);
    const history = workspace.run('slipway history a').output.split('\n');
    expect(history.slice(1, 4).map((line) => line.split(/\s+/)[2])).toEqual([
      'rollback',
      'release',
      'release',
    ]);
  });

  it('is not undone by the next run, which releases the other app', () => {
    workspace.code('b', '2');
    workspace.commit('b 2');
    const { output } = workspace.run(release);
    expect(output).toMatch(/^a\s+held\s.*by ada: errors$/m);
    expect(output).toMatch(/^b\s+landed/m);
    expect(output).toContain('Still due: a');
  });

  it('is not promoted while it is held; the other app is', () => {
    const stage = 'deploy: promote\nbase: embedded\nregistries: ["oci:.slipway/stage"]\nsource: worktree\n';
    workspace.write(
      'deploy/environments/stage/environment.yaml',
      `${stage}ledger: { repository: .slipway/stage.git }\n`,
    );
    for (const app of ['a', 'b']) workspace.write(`apps/${app}/deploy/stage.yaml`, '{}\n');
    workspace.commit('a and b are for stage');
    expect(workspace.run(release).output).toMatch(/^b\s+landed/m);
    const { code, output } = workspace.run('slipway promote --from local --to stage');
    expect(output).toMatch(/^a\s+held\s.*in local by ada: errors$/m);
    expect(output).toMatch(/^b\s+landed/m);
    expect(code).toBe(3);
    const again = workspace.run('slipway promote b --from local --to stage');
    expect(again.output).toMatch(/^b\s+unchanged/m);
    expect(again.code).toBe(0);
  });

  it('ends with the hold: the next run deploys the fix without a further change', () => {
    workspace.code('a', '3');
    workspace.commit('a 3');
    expect(workspace.run(release).output).toMatch(/^a\s+held/m);
    expect(workspace.run('slipway unhold a --env local').code).toBe(0);
    expect(workspace.due()).toEqual(['a']);
    expect(workspace.run(release).output).toMatch(/^a\s+landed/m);
    expect(workspace.due()).toEqual([]);
    expect(workspace.run('slipway promote --from local --to stage').output).toMatch(/^a\s+landed/m);
  });
});
