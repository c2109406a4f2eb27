import { afterAll, describe, expect, it } from 'vitest';
import { Workspace } from './workspace.ts';

const APPS = ['a', 'b', 'c', 'd', 'e'];

/** All tests share one workspace: each continues from the state of the previous one. */
describe('five apps, from commit to release', () => {
  const workspace = new Workspace(APPS);
  afterAll(() => workspace.close());
  const affected = 'nx affected -t build test deploy --base=HEAD~1';

  it('prints the empty tree as the base before the first release, and plain nx affected then selects all apps', () => {
    const base = workspace.run('slipway affected-base').output.trim();
    expect(base).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
    const { output } = workspace.run(
      `nx show projects --affected --with-target=deploy --base=${base} --head=HEAD`,
    );
    expect(output.trim().split('\n').sort()).toEqual([...APPS, 'platform']);
    expect(workspace.due()).toEqual(APPS);
  });

  it('releases all five in one commit', () => {
    const { code, output } = workspace.run('slipway affected -t build test deploy', { isolated: true });
    expect(output).toContain('One commit on env/local');
    expect(code).toBe(0);
    expect(workspace.bumps()).toBe(1);
    expect(workspace.ledger('ledger.yaml')).toEqual({
      through: workspace.git('rev-parse', 'HEAD'),
      pending: [],
    });
    expect(workspace.git('status', '--porcelain')).toBe('');
  });

  it('builds and releases only the changed app', () => {
    const before = APPS.map((app) => workspace.release(app));
    workspace.code('c', '2');
    const head = workspace.commit('c 2');
    const { code, tasks } = workspace.run(affected, { isolated: true });
    expect(code).toBe(0);
    expect(tasks).toEqual(['c:build', 'c:deploy:local', 'c:image:local', 'c:render']);
    expect(workspace.bumps()).toBe(2);
    const after = APPS.map((app) => workspace.release(app));
    expect(after.map(({ image }, at) => image.digest === before[at]?.image.digest)).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(after[2]?.release).toMatchObject({ source: head, config: head });
  });

  it('releases a change of values with the same image, without a build', () => {
    const { image, release } = workspace.release('a');
    workspace.write('apps/a/deploy/values.yaml', 'replicas: 3\n');
    const head = workspace.commit('a: three replicas');
    const { output } = workspace.run(affected);
    expect(output).toMatch(/nx run a:build\s+\[local cache\]/);
    expect(output).toMatch(/^a\s+landed\s+sha-\w+\s+same image, new configuration$/m);
    expect(workspace.release('a')).toMatchObject({
      image,
      release: { source: release.source, config: head },
    });
  });

  it('treats changes of other files than code, values and chart as unchanged: no commit, no upload', () => {
    const bumps = workspace.bumps();
    workspace.write('apps/b/README.md', 'Hello\n');
    workspace.commit('b: words');
    const { code, output } = workspace.run(affected);
    expect(code).toBe(0);
    expect(output).toMatch(/^b\s+unchanged/m);
    expect(workspace.bumps()).toBe(bumps);
  });

  it('does not release a failed app, and keeps it due after an unrelated commit', () => {
    workspace.code('d', '2');
    workspace.code('e', '2');
    const manifest = workspace.read('apps/d/package.json');
    workspace.write(
      'apps/d/package.json',
      manifest.replace('"version"', '"scripts": { "test": "exit 1" }, "version"'),
    );
    workspace.commit('d and e, d fails');
    const before = workspace.release('d');
    const { code, output } = workspace.run(affected);
    expect(code).not.toBe(0);
    expect(output).toMatch(/^d\s+failed\s/m);
    expect(output).toMatch(/^e\s+landed\s/m);
    expect(workspace.release('d')).toEqual(before);
    expect(workspace.ledger('ledger.yaml')).toMatchObject({ pending: ['b', 'd'] });
    workspace.write('apps/d/package.json', manifest);
    workspace.write('README.md', 'unrelated\n');
    workspace.commit('unrelated');
    expect(workspace.due()).toEqual(['b', 'd']);
  });

  it('prints a base for plain nx affected that covers pending apps', () => {
    const base = workspace.run('slipway affected-base').output.trim();
    expect(base).toMatch(/^[0-9a-f]{40}$/);
    expect(base).not.toBe(workspace.git('rev-parse', 'HEAD'));
    const { output } = workspace.run(
      `nx show projects --affected --with-target=deploy --base=${base} --head=HEAD`,
    );
    expect(output.trim().split('\n')).toContain('d');
    expect(workspace.run('slipway affected -t build test deploy')).toMatchObject({ code: 0 });
    expect(workspace.run('slipway affected-base').output.trim()).toBe(workspace.git('rev-parse', 'HEAD'));
  });

  it('supersedes the older of two runs if it lands last', () => {
    workspace.code('a', '3');
    const older = workspace.commit('a 3');
    workspace.code('a', '4');
    const newer = workspace.commit('a 4');
    workspace.run(affected);
    workspace.git('checkout', '--quiet', older);
    const { output } = workspace.run('nx run a:deploy');
    workspace.git('checkout', '--quiet', 'main');
    expect(output).toMatch(/^a\s+superseded/m);
    expect(workspace.release('a').release.config).toBe(newer);
  });

  it('reports a deleted app as an orphan until it is removed', () => {
    workspace.remove('apps/e');
    workspace.code('b', '2');
    workspace.commit('e is gone');
    const { output } = workspace.run('nx run b:deploy');
    expect(output).toContain('npx slipway remove e --env local');
    expect(workspace.run('slipway status --env local').output).toMatch(/^e\s+local.*orphan$/m);
    expect(workspace.run('slipway remove e --env local').code).toBe(0);
    expect(workspace.run('slipway status --env local').output).not.toMatch(/^e\s/m);
  });

  it('refuses a configuration that is not an environment, before all tasks', () => {
    const { code, output, tasks } = workspace.run('nx affected -t build deploy -c develpment --base=HEAD~1');
    expect(code).not.toBe(0);
    expect(output).toContain(
      'There is no environment "develpment" to deploy to. Known: development, local, production.',
    );
    expect(tasks).toEqual([]);
  });

  it('makes every app due after a change of the chart or an environment', () => {
    expect(workspace.run('slipway affected -t build test deploy')).toMatchObject({ code: 0 });
    for (const file of [
      'deploy/charts/service/values.yaml',
      'deploy/environments/development/environment.yaml',
    ]) {
      workspace.write(file, `${workspace.read(file)}# changed\n`);
      workspace.commit(file);
      expect(workspace.due()).toEqual(['a', 'b', 'c', 'd']);
      workspace.git('reset', '--quiet', '--hard', 'HEAD~1');
    }
  });

  it('finds the same affected projects in-process as the real nx affected', () => {
    for (const range of [
      ['HEAD~1', 'HEAD'],
      ['HEAD~5', 'HEAD~2'],
    ]) {
      const [base = '', head = ''] = range.map((revision) => workspace.git('rev-parse', revision));
      const real = JSON.parse(
        workspace.run(`nx show projects --affected --json --base=${base} --head=${head}`).output,
      ) as string[];
      const script = `process.stdout.write(JSON.stringify([...(await (await import('@slipway/nx/affected')).affectedProjects('fresh')('${base}', '${head}'))]))`;
      const own = workspace.node(script);
      expect((JSON.parse(own) as string[]).sort()).toEqual(real.sort());
      expect(real.length).toBeGreaterThan(0);
    }
  });

  it('does nothing for production, and prints the promote command', () => {
    workspace.write('apps/b/deploy/production.yaml', '{}\n');
    workspace.commit('b to production');
    const { code, output } = workspace.run('slipway deploy b --env production');
    expect(code).toBe(0);
    expect(output).toContain('npx slipway promote b --to production');
    const notDeployed = workspace.run('slipway deploy c --env production');
    expect(notDeployed.output).toContain('c is not deployed to production');
  });

  it('releases uncommitted changes locally and does not change the work tree', () => {
    workspace.write('apps/b/deploy/values.yaml', 'replicas: 7\n');
    const status = workspace.git('status', '--porcelain');
    const { output } = workspace.run('nx run b:deploy');
    expect(output).toMatch(/^b\s+landed/m);
    expect(workspace.git('status', '--porcelain')).toBe(status);
    expect(workspace.release('b').release.config).not.toBe(workspace.git('rev-parse', 'HEAD'));
    workspace.git('checkout', '--quiet', '--', '.');
  });

  it('releases nothing if the registry cannot be reached, and prints the registry and the remedy', () => {
    const file = 'deploy/environments/local/environment.yaml';
    const bumps = workspace.bumps();
    workspace.write(file, workspace.read(file).replace('oci:.slipway/registry', '127.0.0.1:1/team'));
    const { code, output } = workspace.run('slipway deploy b');
    workspace.git('checkout', '--quiet', '--', file);
    expect(code).toBe(1);
    expect(output).toContain('127.0.0.1:1');
    expect(output.match(/^slipway: /gm)).toHaveLength(1);
    expect(workspace.bumps()).toBe(bumps);
  });

  it('refuses an invalid environment file with all errors, their paths and values', () => {
    const file = 'deploy/environments/local/environment.yaml';
    workspace.write(file, 'deploy: automatic\nregistry: [x]\nbase: embedded\nregistries: []\n');
    const { code, output } = workspace.run('slipway status --env local');
    workspace.git('checkout', '--quiet', '--', file);
    expect(code).toBe(2);
    expect(output).toContain('deploy: must be one of auto, promote, got "automatic"');
    expect(output).toContain('registry: is not a known key');
    expect(output).toContain('registries: must not have fewer than 1 items');
  });

  it('releases nothing if it is interrupted, and the next run continues', async () => {
    const bumps = workspace.bumps();
    workspace.code('c', '9');
    const manifest = workspace.read('apps/c/package.json');
    workspace.write(
      'apps/c/package.json',
      manifest.replace('"version"', '"scripts": { "test": "sleep 30" }, "version"'),
    );
    workspace.commit('c 9, slow');
    await workspace.interrupt('nx run c:deploy', /nx run c:image|nx run c:test/, 'SIGINT');
    expect(workspace.bumps()).toBe(bumps);
    workspace.write('apps/c/package.json', manifest);
    workspace.commit('c is quick again');
    expect(workspace.due()).toContain('c');
    expect(workspace.run('slipway affected -t build test deploy').code).toBe(0);
    expect(workspace.bumps()).toBe(bumps + 1);
  });
});
