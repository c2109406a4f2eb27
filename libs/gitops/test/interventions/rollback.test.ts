import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeRelease, rollback, unhold } from '../../src/index.ts';
import {
  dueIn,
  onOrigin,
  letRivalWin,
  inEnvironment,
  releaseOf,
  stateOf,
  tipOf,
  trailersOf,
} from '../support/ledger-of.ts';
import { digestOf, scratch, words, Workspace } from '../support/workspace.ts';

const bad = { by: 'ada', reason: 'errors after the release' };

/** `api` is released three times: code 1, code 2, then code 2 with other values. */
async function threeReleases() {
  const workspace = new Workspace();
  const ledger: string[] = [];
  const config = [workspace.git('rev-parse', 'HEAD')];
  const deploy = async (apps: string[]) => {
    await workspace.deploy('development', apps);
    ledger.push(tipOf(workspace));
  };
  await deploy(['api', 'web']);
  config.push(workspace.edit('api', 'api 2'));
  await deploy(['api']);
  workspace.write('apps/api/deploy/values.yaml', 'replicas: 2\n');
  config.push(workspace.commit('scale'));
  await deploy(['api']);
  return { workspace, ledger, config };
}

describe('a rollback', () => {
  it('restores image and configuration of the release before, holds it and makes the app pending', async () => {
    const { workspace, ledger, config } = await threeReleases();
    const web = workspace.ledger('apps/web/release.yaml');
    const result = await rollback(...(await inEnvironment(workspace)), 'api', { ...bad, until: '3d' });
    expect(result.restored).toBe(ledger[1]);
    expect(releaseOf(workspace, 'api')).toEqual({
      image: result.before.image,
      release: { source: config[1], config: config[1], chart: 'deploy/charts/service' },
      hold: { ...bad, since: expect.any(String) as string, until: expect.any(String) as string },
    });
    expect(result.after).toEqual(releaseOf(workspace, 'api'));
    expect(stateOf(workspace)).toEqual({ through: config[2], pending: ['api'] });
    expect(workspace.ledger('apps/web/release.yaml')).toBe(web);
    expect(workspace.ledgerCommits()).toBe(4);
    expect(trailersOf(workspace)).toEqual([
      'Slipway-Environment: development',
      'Slipway-Action: rollback',
      'Slipway-App: api',
      `Slipway-Digest: ${digestOf('api 2')} -> ${digestOf('api 2')}`,
      `Slipway-Source: ${config[1]}`,
      `Slipway-Config: ${config[1]}`,
      `Slipway-Restored: ${ledger[1]}`,
      'Slipway-By: ada',
      'Slipway-Reason: errors after the release',
      `Slipway-Until: ${result.after.hold?.until}`,
    ]);
  });

  it('twice goes back two releases', async () => {
    const { workspace } = await threeReleases();
    await rollback(...(await inEnvironment(workspace)), 'api', bad);
    await rollback(...(await inEnvironment(workspace)), 'api', bad);
    expect(releaseOf(workspace, 'api').image.digest).toBe(digestOf('api 1'));
    await expect(rollback(...(await inEnvironment(workspace)), 'api', bad)).rejects.toMatchObject({
      code: 'refused',
      message:
        'api has no earlier release in development. Its history: npx slipway history api --env development',
    });
  });

  it('is not undone by the next run, and the first run after the hold deploys the app again', async () => {
    const { workspace } = await threeReleases();
    await rollback(...(await inEnvironment(workspace)), 'api', bad);
    workspace.edit('web', 'web 2');
    const next = await workspace.deploy('development', await dueIn(workspace));
    expect(words(next)).toEqual({ api: 'held', web: 'landed' });
    expect(await dueIn(workspace)).toEqual(['api']);
    await unhold(...(await inEnvironment(workspace)), 'api', { by: 'ada' });
    expect(await dueIn(workspace)).toEqual(['api']);
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'landed' });
    expect(releaseOf(workspace, 'api').image.digest).toBe(digestOf('api 2'));
    expect(await dueIn(workspace)).toEqual([]);
  });

  it('goes to the release named by --to: a tag, a digest, a configuration commit, a ledger commit', async () => {
    const { workspace, ledger, config } = await threeReleases();
    const [first, second, third] = config;
    const steps = [
      [`sha-${digestOf('api 1').slice(7, 19)}`, first],
      [config[2]?.slice(0, 7), third],
      [digestOf('api 1'), first],
      [ledger[1]?.slice(0, 12), second],
    ] as const;
    for (const [to, expected] of steps) {
      await rollback(...(await inEnvironment(workspace)), 'api', { ...bad, to });
      expect(releaseOf(workspace, 'api').release.config).toBe(expected);
    }
  });

  it('to the current release writes nothing', async () => {
    const { workspace, config } = await threeReleases();
    const result = await rollback(...(await inEnvironment(workspace)), 'api', { ...bad, to: config[2] });
    expect(result).not.toHaveProperty('commit');
    expect(result.after).toEqual(result.before);
    expect(workspace.ledgerCommits()).toBe(3);
  });

  it('to an unknown release lists the known ones', async () => {
    const { workspace, ledger, config } = await threeReleases();
    const tags = ['api 2', 'api 2', 'api 1'].map((code) => `sha-${digestOf(code).slice(7, 19)}`);
    const lines = tags.map((tag, at) => {
      const [from, commit] = [config[2 - at], ledger[2 - at]];
      return `  ${tag}  configuration ${from?.slice(0, 12)}  ledger ${commit?.slice(0, 12)}`;
    });
    await expect(
      rollback(...(await inEnvironment(workspace)), 'api', { ...bad, to: 'v9' }),
    ).rejects.toMatchObject({
      code: 'usage',
      value: 'v9',
      message: `"v9" is not a release of api in development. Known releases:\n${lines.join('\n')}`,
    });
  });

  it('of an app that is not released, or no longer, is refused by name', async () => {
    const { workspace } = await threeReleases();
    workspace.git('rm', '-r', '--quiet', 'apps/web');
    workspace.commit('drop web');
    await removeRelease(...(await inEnvironment(workspace)), 'web');
    for (const app of ['web', 'nothing']) {
      await expect(rollback(...(await inEnvironment(workspace)), app, bad)).rejects.toMatchObject({
        code: 'usage',
        message: `development has no release of "${app}". Released there: api.`,
      });
    }
  });

  /** Three releases of api, the second at a commit that main lost. */
  async function withLostCommit(ledger = ''): Promise<{ workspace: Workspace; lost: string }> {
    const workspace = new Workspace();
    const file = 'deploy/environments/development/environment.yaml';
    workspace.write(file, `deploy: auto\nbase: pinned\nregistries: [registry.example/team]\n${ledger}`);
    workspace.commit('where the ledger is');
    await workspace.deploy('development', ['api', 'web']);
    const lost = workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    workspace.git('reset', '--quiet', '--hard', 'HEAD~1');
    workspace.edit('api', 'api 3');
    await workspace.deploy('development', ['api']);
    return { workspace, lost };
  }

  it('to a configuration that is no longer on main lands if the ledger keeps it, because Argo CD can fetch it', async () => {
    const { workspace, lost } = await withLostCommit();
    onOrigin(workspace, 'reflog', 'expire', '--expire=now', '--all');
    onOrigin(workspace, 'gc', '--quiet', '--prune=now');
    await rollback(...(await inEnvironment(workspace)), 'api', bad);
    expect(releaseOf(workspace, 'api')).toMatchObject({
      image: { digest: digestOf('api 2') },
      release: { config: lost },
    });
    const clone = join(scratch(), 'clone');
    execFileSync('git', ['clone', '--quiet', `file://${workspace.origin}`, clone]);
    execFileSync('git', ['-C', clone, 'checkout', '--quiet', lost]); // as Argo CD does
  });

  it('to a configuration that is no longer on main is refused if the ledger is in another repository', async () => {
    const elsewhere = join(scratch(), 'ledger.git');
    const { workspace } = await withLostCommit(`ledger: { repository: ${elsewhere} }\n`);
    await expect(rollback(...(await inEnvironment(workspace)), 'api', bad)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/is not on origin\/main.* --to\.$/) as string,
    });
    const tag = `sha-${digestOf('api 1').slice(7, 19)}`;
    const { after } = await rollback(...(await inEnvironment(workspace)), 'api', { ...bad, to: tag });
    expect(after.image?.digest).toBe(digestOf('api 1'));
  });

  it('in the work tree environment goes back to an uncommitted state that only the ledger keeps', async () => {
    const workspace = new Workspace();
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 5\n');
    const first = await workspace.deploy('local', ['api']);
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 6\n');
    await workspace.deploy('local', ['api']);
    await rollback(...(await inEnvironment(workspace, 'local')), 'api', bad);
    expect(releaseOf(workspace, 'api', 'local').release.config).toBe(first.config);
  });
});

describe('a rollback and a bump at the same time', () => {
  it('ends the same if the bump is faster: the rollback replaces the new release', async () => {
    const { workspace, ledger, config } = await threeReleases();
    const newest = workspace.edit('api', 'api 4');
    await letRivalWin(workspace, () => workspace.deploy('development', ['api']));
    const result = await rollback(...(await inEnvironment(workspace)), 'api', bad);
    expect(result.before.image?.digest).toBe(digestOf('api 4'));
    expect(result.restored).toBe(ledger[1]); // not the release that was found to be bad
    expect(releaseOf(workspace, 'api')).toMatchObject({ release: { config: config[1] }, hold: bad });
    expect(stateOf(workspace)).toEqual({ through: newest, pending: ['api'] });
    expect(workspace.ledgerCommits()).toBe(5);
  });

  it('end the same when the rollback is quicker: the bump finds the hold', async () => {
    const { workspace, config } = await threeReleases();
    workspace.edit('api', 'api 4');
    await letRivalWin(workspace, async () => rollback(...(await inEnvironment(workspace)), 'api', bad));
    const result = await workspace.deploy('development', ['api']);
    expect(result.retries).toBeGreaterThan(0);
    expect(words(result)).toEqual({ api: 'held' });
    expect(releaseOf(workspace, 'api')).toMatchObject({ release: { config: config[1] }, hold: bad });
    expect(stateOf(workspace).pending).toEqual(['api']);
    expect(workspace.ledgerCommits()).toBe(4);
  });
});
