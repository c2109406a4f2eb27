import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  hold,
  promote,
  promotionTable,
  readEnvironment,
  rollback,
  unhold,
  type ImageCopy,
  type PromoteRequest,
  type PromoteResult,
} from '../../src/index.ts';
import { onOrigin, inEnvironment, releaseOf, stateOf, tipOf, trailersOf } from '../support/ledger-of.ts';
import { digestOf, scratch, Workspace } from '../support/workspace.ts';

const PRODUCTION = 'deploy: promote\nbase: pinned\nregistries: [ecr.example/prod, mirror.example/prod]\n';

/** A workspace whose `api` and `web` are also meant for production, which is reached by promotion only. */
function threeEnvironments(apps = ['api', 'web']): Workspace {
  const workspace = new Workspace({ apps });
  workspace.write('deploy/environments/production/environment.yaml', PRODUCTION);
  for (const app of apps) workspace.write(`apps/${app}/deploy/production.yaml`, '{}\n');
  workspace.commit('production');
  return workspace;
}

/** One promotion from development to production, and the images that it copied. */
async function run(
  workspace: Workspace,
  options: Partial<PromoteRequest> = {},
): Promise<
  PromoteResult & { copies: ImageCopy[]; byApp: Record<string, string>; why: Record<string, string> }
> {
  const copies: ImageCopy[] = [];
  const result = await promote({
    checkout: await workspace.source(),
    from: await readEnvironment(workspace.root, 'development'),
    to: await readEnvironment(workspace.root, 'production'),
    copyImage: async (copy) => void copies.push(copy),
    ...options,
  });
  const byApp = Object.fromEntries(result.outcomes.map(({ app, outcome }) => [app, outcome]));
  const why = Object.fromEntries(result.outcomes.map(({ app, reason = '' }) => [app, reason]));
  return { ...result, copies, byApp, why };
}

/** The apps that production's ledger names. */
const releasedIn = (workspace: Workspace): string[] =>
  onOrigin(workspace, 'ls-tree', '--name-only', 'env/production:apps').split('\n');

const isReleased = (workspace: Workspace): boolean =>
  onOrigin(workspace, 'for-each-ref', 'refs/heads/env/production') !== '';

describe('a promotion', () => {
  it("releases what development runs: same digest, tag and commits, from the target's registry, in one commit", async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    const record = releaseOf(workspace, 'api');
    workspace.edit('api', 'api 2'); // development does not have it yet, so production will not get it
    const result = await run(workspace, { by: 'ada', runUrl: 'https://ci.example/7' });
    expect(result.byApp).toEqual({ api: 'landed', web: 'landed' });
    expect(releaseOf(workspace, 'api', 'production')).toEqual({
      image: { ...record.image, repository: 'ecr.example/prod/api' },
      release: record.release,
    });
    expect(workspace.ledgerCommits('production')).toBe(1);
    expect(stateOf(workspace, 'production')).toEqual({ pending: [] });
    expect(trailersOf(workspace, 'production')).toEqual([
      'Slipway-Environment: production',
      'Slipway-Action: promote',
      'Slipway-From: development',
      ...['api', 'web'].flatMap((app) => [
        `Slipway-App: ${app}`,
        `Slipway-Digest: none -> ${digestOf(`${app} 1`)}`,
        `Slipway-Source: ${record.release.source}`,
        `Slipway-Config: ${record.release.config}`,
      ]),
      'Slipway-By: ada',
      'Slipway-Run: https://ci.example/7',
    ]);
  });

  it('has the image in every registry of the target before the ledger names it', async () => {
    const workspace = threeEnvironments(['api']);
    await workspace.deploy('development', ['api']);
    const { image } = releaseOf(workspace, 'api');
    const released: boolean[] = [];
    const seen: ImageCopy[] = [];
    await run(workspace, {
      copyImage: async (copy) => {
        released.push(isReleased(workspace));
        seen.push(copy);
      },
    });
    const common = { from: image.repository, digest: image.digest, tag: image.tag };
    expect(seen).toEqual([
      { ...common, to: 'ecr.example/prod/api' },
      { ...common, to: 'mirror.example/prod/api' },
    ]);
    expect(released).toEqual([false, false]);
    expect(isReleased(workspace)).toBe(true);
  });

  it('copies nothing within one registry', async () => {
    const workspace = threeEnvironments(['api']);
    workspace.write(
      'deploy/environments/production/environment.yaml',
      'deploy: promote\nbase: pinned\nregistries: [registry.example/team]\n',
    );
    workspace.commit('one registry');
    await workspace.deploy('development', ['api']);
    const result = await run(workspace);
    expect(result.byApp).toEqual({ api: 'landed' });
    expect(result.copies).toEqual([]);
  });

  it('a second time is unchanged, copies nothing and makes no commit', async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    await run(workspace);
    const again = await run(workspace);
    expect(again.byApp).toEqual({ api: 'unchanged', web: 'unchanged' });
    expect(again.copies).toEqual([]);
    expect(again.commit).toBeUndefined();
    expect(workspace.ledgerCommits('production')).toBe(1);
  });

  it('takes only the named apps, and leaves the others as they are', async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    expect((await run(workspace, { apps: ['web', 'web'] })).byApp).toEqual({ web: 'landed' });
    expect(releasedIn(workspace)).toEqual(['web']);
  });

  it('of changed values releases the configuration with the same image', async () => {
    const workspace = threeEnvironments(['api']);
    await workspace.deploy('development', ['api']);
    await run(workspace);
    workspace.write('apps/api/deploy/production.yaml', 'replicas: 9\n');
    const config = workspace.commit('scale production');
    await workspace.deploy('development', ['api']);
    const result = await run(workspace);
    expect(result.byApp).toEqual({ api: 'landed' });
    expect(releaseOf(workspace, 'api', 'production')).toMatchObject({
      image: { digest: digestOf('api 1') },
      release: { config },
    });
  });
});

describe('a promotion of several apps', () => {
  it('of which one has a record that was broken by hand goes on for those that are named', async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    const clone = join(scratch(), 'ledger');
    execFileSync('git', ['clone', '--quiet', '--branch', 'env/development', workspace.origin, clone]);
    writeFileSync(join(clone, 'apps/web/release.yaml'), 'image: [\n');
    const eve = ['-C', clone, '-c', 'user.name=Eve', '-c', 'user.email=eve@example.com'];
    execFileSync('git', [...eve, 'commit', '--quiet', '--all', '--message', 'oops']);
    execFileSync('git', ['-C', clone, 'push', '--quiet']);
    expect((await run(workspace, { apps: ['api'] })).byApp).toEqual({ api: 'landed' });
    await expect(run(workspace)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(
        /^env\/development:apps\/web\/release\.yaml is not valid YAML: .*[^:]\nOnly slipway may change it: revert/,
      ) as string,
    });
  });

  it('lands those whose image can be copied and names why the others cannot', async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    const result = await run(workspace, {
      copyImage: async ({ to }) => {
        if (to === 'mirror.example/prod/api') throw new Error('the mirror is full');
      },
    });
    expect(result.byApp).toEqual({ api: 'failed', web: 'landed' });
    expect(result.why['api']).toBe(
      'its image cannot be copied from registry.example/team/api to mirror.example/prod/api: the mirror is full',
    );
    expect(releasedIn(workspace)).toEqual(['web']);
    expect(workspace.ledgerCommits('production')).toBe(1);
    expect((await run(workspace)).byApp).toEqual({ api: 'landed', web: 'unchanged' });
  });

  it('decides for each by itself: held here or there, not released, not meant for the target', async () => {
    const workspace = threeEnvironments(['api', 'here', 'there', 'new', 'dev-only', 'late']);
    workspace.git(
      'rm',
      '--quiet',
      'apps/dev-only/deploy/production.yaml',
      'apps/late/deploy/production.yaml',
    );
    workspace.commit('not everything is for production');
    await workspace.deploy('development', ['api', 'here', 'there', 'dev-only', 'late']);
    await run(workspace, { apps: ['there'] });
    const incident = { by: 'ada', reason: 'incident 7' };
    await hold(...(await inEnvironment(workspace)), 'here', incident);
    await hold(...(await inEnvironment(workspace, 'production')), 'there', incident);
    const config = releaseOf(workspace, 'late').release.config.slice(0, 12);
    workspace.write('apps/late/deploy/production.yaml', '{}\n');
    workspace.commit('late goes to production');
    const result = await run(workspace);
    expect(result.byApp).toEqual({ api: 'landed', here: 'held', late: 'failed', there: 'held' });
    expect(result.skipped).toEqual(['dev-only']);
    expect(result.why).toMatchObject({
      here: 'in development by ada: incident 7',
      there: 'in production by ada: incident 7',
      late: `apps/late/deploy/production.yaml does not exist at ${config}, which development runs. Add it on main, deploy main to development, then promote again`,
    });
    const named = await run(workspace, { apps: ['new', 'dev-only'] });
    expect(named.byApp).toEqual({ 'dev-only': 'failed', new: 'failed' });
    expect(named.why['new']).toContain('not released in development');
  });

  it('removes only released apps from pending', async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    await run(workspace);
    for (const app of ['api', 'web']) {
      await hold(...(await inEnvironment(workspace, 'production')), app, { by: 'ada', reason: 'x' });
    }
    expect(stateOf(workspace, 'production').pending).toEqual(['api', 'web']);
    await unhold(...(await inEnvironment(workspace, 'production')), 'api', { by: 'ada' });
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    expect((await run(workspace)).byApp).toEqual({ api: 'landed', web: 'held' });
    expect(stateOf(workspace, 'production')).toEqual({ pending: ['web'] });
  });
});

describe('a promotion that is overtaken', () => {
  it('obeys a hold that lands while it copies', async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    await run(workspace);
    for (const app of ['api', 'web']) workspace.edit(app, `${app} 2`);
    await workspace.deploy('development', ['api', 'web']);
    let copied = 0;
    const result = await run(workspace, {
      copyImage: async () => {
        copied += 1;
        if (copied > 1) return;
        await hold(...(await inEnvironment(workspace, 'production')), 'web', { by: 'ada', reason: 'wait' });
      },
    });
    expect(result.byApp).toEqual({ api: 'landed', web: 'held' });
    expect(copied).toBe(4); // two apps to two registries, each once
    expect(releaseOf(workspace, 'web', 'production')).toMatchObject({
      image: { digest: digestOf('web 1') },
      hold: { by: 'ada' },
    });
    expect(stateOf(workspace, 'production').pending).toEqual(['web']);
  });
});

describe('the order of a promotion', () => {
  it('is superseded if the target has a newer release', async () => {
    const workspace = threeEnvironments(['api']);
    await workspace.deploy('development', ['api']);
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    await run(workspace);
    await rollback(...(await inEnvironment(workspace)), 'api', { by: 'ada', reason: 'x' });
    await unhold(...(await inEnvironment(workspace)), 'api', { by: 'ada' });
    const result = await run(workspace);
    expect(result.byApp).toEqual({ api: 'superseded' });
    expect(result.copies).toEqual([]);
    expect(releaseOf(workspace, 'api', 'production').image.digest).toBe(digestOf('api 2'));
  });

  it('after a rollback of production is held, then lands again', async () => {
    const workspace = threeEnvironments(['api']);
    await workspace.deploy('development', ['api']);
    await run(workspace);
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    await run(workspace);
    await rollback(...(await inEnvironment(workspace, 'production')), 'api', { by: 'ada', reason: 'errors' });
    expect(releaseOf(workspace, 'api', 'production').image.digest).toBe(digestOf('api 1'));
    expect((await run(workspace)).byApp).toEqual({ api: 'held' });
    await unhold(...(await inEnvironment(workspace, 'production')), 'api', { by: 'ada' });
    expect((await run(workspace)).byApp).toEqual({ api: 'landed' });
    expect(releaseOf(workspace, 'api', 'production').image.digest).toBe(digestOf('api 2'));
  });

  it('refuses a diverged record without a reason, and records the reason with which it lands', async () => {
    const workspace = threeEnvironments(['api']);
    const fork = workspace.git('rev-parse', 'HEAD');
    const ours = workspace.edit('api', 'api left');
    await workspace.deploy('development', ['api']);
    await run(workspace);
    // Both sides of a merge are in main's history, and neither contains the other.
    workspace.git('checkout', '--quiet', '-B', 'side', fork);
    workspace.write('apps/api/src/main.ts', 'api right');
    workspace.git('commit', '--quiet', '--all', '--message', 'right');
    const theirs = workspace.git('rev-parse', 'HEAD');
    workspace.git('checkout', '--quiet', 'main');
    workspace.git('merge', '--quiet', '--strategy=ours', '--no-edit', 'side');
    workspace.git('push', '--quiet', 'origin', 'HEAD:main');
    workspace.git('checkout', '--quiet', theirs);
    onOrigin(workspace, 'update-ref', '-d', 'refs/heads/env/development'); // a new development, from the other side
    await workspace.deploy('development', ['api']);
    workspace.git('checkout', '--quiet', 'main');

    const refused = await run(workspace);
    expect(refused.byApp).toEqual({ api: 'failed' });
    expect(refused.why['api']).toMatch(
      new RegExp(`^diverged: neither ${theirs.slice(0, 12)} nor ${ours.slice(0, 12)}.*--reason`),
    );
    expect(workspace.ledgerCommits('production')).toBe(1);
    const forced = await run(workspace, { reason: 'the left side is\nabandoned' });
    expect(forced.byApp).toEqual({ api: 'landed' });
    expect(trailersOf(workspace, 'production')).toContain('Slipway-Reason: the left side is abandoned');
    expect(releaseOf(workspace, 'api', 'production').release.config).toBe(theirs);
  });

  it('refuses a record whose configuration the target could not read', async () => {
    const workspace = threeEnvironments(['api']);
    workspace.write('apps/api/deploy/production.yaml', 'replicas: 2\n');
    await workspace.deploy('local', ['api']);
    const from = await readEnvironment(workspace.root, 'local');
    const uncommitted = await run(workspace, { from });
    expect(uncommitted.byApp).toEqual({ api: 'failed' });
    expect(uncommitted.why['api']).toContain('is a snapshot of uncommitted changes');
    workspace.write('apps/api/deploy/production.yaml', 'replicas: 3\n');
    workspace.git('commit', '--quiet', '--all', '--message', 'not pushed');
    await workspace.deploy('local', ['api']);
    expect((await run(workspace, { from })).why['api']).toContain('is not on origin/main');
    workspace.git('push', '--quiet', 'origin', 'HEAD:main');
    expect((await run(workspace, { from })).byApp).toEqual({ api: 'landed' });
  });
});

describe('a dry run', () => {
  it('returns what would land, but neither copies nor writes', async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    const before = tipOf(workspace);
    const result = await run(workspace, { dryRun: true });
    expect(result.byApp).toEqual({ api: 'landed', web: 'landed' });
    expect(result).toMatchObject({ dryRun: true, commit: undefined, copies: [] });
    expect(isReleased(workspace)).toBe(false);
    expect(tipOf(workspace)).toBe(before);
    const [, production] = await inEnvironment(workspace, 'production');
    const [, development] = await inEnvironment(workspace);
    expect(promotionTable(development, production, result)).toMatch(
      /^APP +PRODUCTION +IMAGE\napi +landed +sha-[0-9a-f]{12}\nweb +landed +sha-[0-9a-f]{12}\nA dry run: nothing was copied or written\.$/,
    );
  });
});

describe('an invalid promotion', () => {
  it('of an app that does not exist is refused as a whole, with the name that was meant', async () => {
    const workspace = threeEnvironments();
    await workspace.deploy('development', ['api', 'web']);
    await expect(run(workspace, { apps: ['web', 'apo'] })).rejects.toMatchObject({
      code: 'usage',
      value: 'apo',
      message: 'There is no app "apo". Did you mean "api"? Known: api, platform, web.',
    });
    expect(isReleased(workspace)).toBe(false);
  });

  it('from an environment that only promotions release to names the promotion that must come first', async () => {
    const workspace = threeEnvironments();
    workspace.write('deploy/environments/stage/environment.yaml', PRODUCTION);
    workspace.commit('stage');
    const from = await readEnvironment(workspace.root, 'stage');
    const { why } = await run(workspace, { from, apps: ['api'] });
    expect(why['api']).toBe(
      'not released in stage. Promote it there first: npx slipway promote api --to stage',
    );
  });

  it('from an environment to itself is refused', async () => {
    const workspace = threeEnvironments();
    const [, from] = await inEnvironment(workspace, 'production');
    await expect(run(workspace, { from })).rejects.toMatchObject({ code: 'usage', value: 'production' });
  });

  it('with an empty reason is refused', async () => {
    await expect(run(threeEnvironments(), { reason: ' ' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--reason is empty') as string,
    });
  });

  it('from an environment without releases does nothing, and the table shows it', async () => {
    const workspace = threeEnvironments();
    const result = await run(workspace);
    expect(result).toMatchObject({ outcomes: [], commit: undefined });
    const [, production] = await inEnvironment(workspace, 'production');
    const [, development] = await inEnvironment(workspace);
    expect(promotionTable(development, production, result)).toBe(
      'Nothing to promote: no app that development has released is deployed to production.',
    );
  });
});
