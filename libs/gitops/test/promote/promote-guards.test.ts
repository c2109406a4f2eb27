import { describe, expect, it } from 'vitest';
import {
  promote,
  publishedFrom,
  readEnvironment,
  writeRunResult,
  type BuiltImages,
  type PromoteRequest,
} from '../../src/index.ts';
import { releaseOf, trailersOf } from '../support/ledger-of.ts';
import { digestOf, intent, Workspace } from '../support/workspace.ts';

const PRODUCTION = 'deploy: promote\nbase: pinned\nregistries: [ecr.example/prod]\n';

async function setUp() {
  const workspace = new Workspace();
  workspace.write('deploy/environments/production/environment.yaml', PRODUCTION);
  for (const app of ['api', 'web']) workspace.write(`apps/${app}/deploy/production.yaml`, '{}\n');
  const head = workspace.commit('production');
  const to = await readEnvironment(workspace.root, 'production');
  const go = async (request: Partial<PromoteRequest>) =>
    promote({
      checkout: await workspace.source(),
      from: await readEnvironment(workspace.root, 'development'),
      to,
      copyImage: async () => undefined,
      ...request,
    });
  return { workspace, head, to, go };
}

describe('a promotion', () => {
  it('asks for objections once per release that would land, and skips the apps with one', async () => {
    const { workspace, go } = await setUp();
    await workspace.deploy('development', ['api', 'web']);
    const asked: string[] = [];
    const { outcomes } = await go({
      objection: async (app, { release }) => {
        asked.push(`${app} ${release.config}`);
        return app === 'web' ? 'development does not run it: Degraded' : undefined;
      },
    });
    expect(outcomes.map(({ app, outcome, reason }) => [app, outcome, reason])).toEqual([
      ['api', 'landed', undefined],
      ['web', 'failed', 'development does not run it: Degraded'],
    ]);
    expect(asked.sort()).toEqual(
      ['api', 'web'].map((app) => `${app} ${releaseOf(workspace, 'api').release.config}`),
    );
    expect(releaseOf(workspace, 'api', 'production').release).toEqual(releaseOf(workspace, 'api').release);
  });

  it('in an emergency takes the images that a run published from a commit, with a reason, and records it', async () => {
    const { workspace, head, to, go } = await setUp();
    const image = intent('api', 'api 1').image;
    await writeRunResult(workspace.root, 'run-1', {
      app: 'api',
      environment: 'development',
      head,
      image,
      registries: [],
    });
    const from = await publishedFrom(await workspace.source(), 'HEAD', to);
    await expect(go({ from })).rejects.toMatchObject({ code: 'usage', value: head });
    const copies: string[] = [];
    const { outcomes } = await go({
      from,
      apps: ['api', 'web'],
      reason: 'development is down',
      copyImage: async ({ from, to }) => copies.push(`${from} -> ${to}`),
    });
    expect(outcomes).toMatchObject([
      { app: 'api', outcome: 'landed' },
      {
        app: 'web',
        outcome: 'failed',
        reason: expect.stringContaining('no run of this checkout published it'),
      },
    ]);
    expect(copies).toEqual(['registry.example/team/api -> ecr.example/prod/api']);
    expect(releaseOf(workspace, 'api', 'production')).toMatchObject({
      image: { digest: image.digest },
      release: { source: head, config: head },
    });
    const trailers = trailersOf(workspace, 'production');
    expect(trailers).toContain(`Slipway-From-Source: ${head}`);
    expect(trailers).toContain('Slipway-Reason: development is down');
  });

  it('in an emergency finds in the ledgers what another checkout published, and names what is missing', async () => {
    const { workspace, head, to, go } = await setUp();
    await workspace.deploy('development', ['api']); // leaves no run here
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    const checkout = await workspace.source();
    const environments = [await readEnvironment(workspace.root, 'development'), to];
    const from = await publishedFrom(checkout, head, to, environments);
    const { outcomes } = await go({ from, apps: ['api', 'web'], reason: 'incident 7' });
    expect(outcomes).toMatchObject([
      { app: 'api', outcome: 'landed', after: { image: { digest: intent('api', 'api 1').image.digest } } },
      {
        app: 'web',
        outcome: 'failed',
        reason: expect.stringMatching(/no ledger or registry has an image of that commit\. Check/),
      },
    ]);
    expect(releaseOf(workspace, 'api', 'production').release).toMatchObject({ source: head, config: head });

    const lost = { ...environments[0], ledger: { remote: 'nowhere', branch: 'b', folder: '' } } as typeof to;
    const unread = await publishedFrom(checkout, head, to, [lost, { ...lost, base: 'embedded' }]);
    expect(unread).toMatchObject({ records: new Map(), unread: ['the ledger of development'] });
  });

  it('in an emergency asks the registries for images that no ledger names, and refuses if there are two', async () => {
    const { workspace, head, to, go } = await setUp();
    const development = await readEnvironment(workspace.root, 'development');
    const asked: string[] = [];
    const image = intent('api', 'api 1').image;
    const built: BuiltImages = async (repository, commit) => {
      asked.push(`${repository} ${commit === head}`);
      if (repository === 'ecr.example/prod/api') throw new Error('no way there');
      const images = [image, { ...image, digest: digestOf('api 2') }];
      return repository.endsWith('/web') ? images : images.slice(0, 1);
    };
    const from = await publishedFrom(await workspace.source(), head, to, [development], built);
    expect(asked).toContain('registry.example/team/api true');
    const { outcomes } = await go({ from, apps: ['api', 'web'], reason: 'development is down' });
    expect(outcomes).toMatchObject([
      {
        app: 'api',
        outcome: 'landed',
        after: { image: { digest: image.digest }, release: { source: head } },
      },
      {
        app: 'web',
        outcome: 'failed',
        reason: expect.stringContaining('which has 2 images of the commit'),
      },
    ]);
    const alone = await publishedFrom(await workspace.source(), head, to, [], built);
    expect(alone.unread).toContain('ecr.example/prod/api');
  });

  it('in an emergency an older commit still does not replace a newer one', async () => {
    const { workspace, head, to, go } = await setUp();
    const publish = (run: string, at: string, code: string) =>
      writeRunResult(workspace.root, run, {
        app: 'api',
        environment: 'development',
        head: at,
        image: intent('api', code).image,
        registries: [],
      });
    await publish('run-1', head, 'api 1');
    const newer = workspace.edit('api', 'api 2');
    await publish('run-2', newer, 'api 2');
    const checkout = await workspace.source();
    const take = async (commit: string) =>
      (await go({ from: await publishedFrom(checkout, commit, to), apps: ['api'], reason: 'x' })).outcomes[0]
        ?.outcome;
    expect(await take(newer)).toBe('landed');
    expect(await take(head)).toBe('superseded');
    await expect(publishedFrom(checkout, 'no-such-thing', to)).rejects.toMatchObject({ code: 'usage' });
  });
});
