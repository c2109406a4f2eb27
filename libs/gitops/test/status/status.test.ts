import { describe, expect, it } from 'vitest';
import {
  environmentStatus,
  environmentStatuses,
  hold,
  promote,
  readEnvironment,
  type AppStatus,
  type EnvironmentStatus,
} from '../../src/index.ts';
import { previewText } from '../../src/promote/promotion-preview.ts';
import { Workspace } from '../support/workspace.ts';

/** A workspace whose `production` is reached by promotion from `development` only. */
class Promoted extends Workspace {
  constructor() {
    super();
    this.write(
      'deploy/environments/production/environment.yaml',
      'deploy: promote\nbase: pinned\nregistries: [registry.example/production]\n',
    );
    for (const app of ['api', 'web']) this.write(`apps/${app}/deploy/production.yaml`, '{}\n');
    this.commit('production');
  }

  async status(name = 'development'): Promise<EnvironmentStatus> {
    return environmentStatus(await this.source(), await readEnvironment(this.root, name));
  }

  async app(app: string, environment?: string): Promise<AppStatus | undefined> {
    return (await this.status(environment)).apps.find((status) => status.app === app);
  }

  async both() {
    const environments = await Promise.all(
      ['development', 'production'].map((name) => readEnvironment(this.root, name)),
    );
    return environmentStatuses(await this.source(), environments);
  }

  async preview() {
    const [, production] = (await this.both()) as EnvironmentStatus[];
    return production?.promotion;
  }

  async promote(apps?: string[]) {
    const [from, to] = await Promise.all(
      ['development', 'production'].map((name) => readEnvironment(this.root, name)),
    );
    return promote({
      checkout: await this.source(),
      from: from as never,
      to: to as never,
      copyImage: async () => undefined,
      ...(apps && { apps }),
    });
  }
}

describe('the drift', () => {
  it('is empty at the release itself, and then names what HEAD changes', async () => {
    const workspace = new Promoted();
    await workspace.deploy('development', ['api', 'web']);
    expect(await workspace.app('api')).toMatchObject({ behind: 0, drift: [] });

    workspace.edit('api', 'api 2');
    expect(await workspace.app('api')).toMatchObject({ behind: 1, drift: ['image'] });
    expect(await workspace.app('web')).toMatchObject({ behind: 0, drift: [] });

    workspace.write('apps/api/deploy/values.yaml', 'replicas: 2\n');
    workspace.commit('more of them');
    workspace.write('deploy/charts/service/Chart.yaml', 'name: service\nversion: 2\n');
    workspace.commit('a newer chart');
    expect(await workspace.app('api')).toMatchObject({ behind: 3, drift: ['chart', 'values', 'image'] });
    expect(await workspace.app('web')).toMatchObject({ behind: 1, drift: ['chart'] });
  });

  it('compares by content: a reverted change is no drift, though HEAD is ahead', async () => {
    const workspace = new Promoted();
    await workspace.deploy('development', ['api']);
    workspace.edit('api', 'api 2');
    workspace.edit('api', 'api 1');
    expect(await workspace.app('api')).toMatchObject({ behind: 2, drift: [] });
  });

  it('is undefined if this checkout does not have the released commit', async () => {
    const workspace = new Promoted();
    await workspace.deploy('development', ['api']);
    workspace.git('checkout', '--quiet', '--orphan', 'elsewhere');
    workspace.git('commit', '--quiet', '--message', 'another history');
    workspace.git('update-ref', '-d', 'refs/heads/main');
    workspace.git('update-ref', '-d', 'refs/remotes/origin/main');
    workspace.git('reflog', 'expire', '--expire=now', '--all');
    workspace.git('gc', '--quiet', '--prune=now');
    const status = await workspace.app('api');
    expect(status).toMatchObject({ app: 'api', orphan: false });
    expect(status?.behind).toBeUndefined();
    expect(status?.drift).toBeUndefined();
  });
});

describe('the preview of a promotion', () => {
  it('is given for an environment that only promotions release to, and comes true', async () => {
    const workspace = new Promoted();
    await workspace.deploy('development', ['api', 'web']);
    await workspace.promote(['web']);
    workspace.edit('web', 'web 2');
    await workspace.deploy('development', ['web']);
    await hold(await workspace.source(), await readEnvironment(workspace.root, 'production'), 'web', {
      by: 'ada',
      reason: 'incident 7',
    });

    const preview = await workspace.preview();
    expect(preview?.outcomes).toMatchObject([
      { app: 'api', outcome: 'landed', after: { image: { repository: 'registry.example/production/api' } } },
      { app: 'web', outcome: 'held' },
    ]);
    const text = previewText(preview as never, 'production');
    expect(text).toMatch(/^api +release +sha-\w{12}$/m);
    expect(text).toMatch(/^web +held +sha-\w{12} +in production by ada: incident 7$/m);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);

    const { outcomes } = await workspace.promote();
    expect(outcomes).toEqual(preview?.outcomes);
    expect((await workspace.preview())?.outcomes).toMatchObject([
      { outcome: 'unchanged' },
      { outcome: 'held' },
    ]);
  });

  it('is not given if runs release to the environment', async () => {
    const workspace = new Promoted();
    await workspace.deploy('development', ['api']);
    const [development] = (await workspace.both()) as EnvironmentStatus[];
    expect(development?.promotion).toBeUndefined();
  });

  it('is empty if both have the same releases', async () => {
    const workspace = new Promoted();
    await workspace.deploy('development', ['api']);
    await workspace.promote();
    const preview = await workspace.preview();
    expect(previewText(preview as never, 'production')).toBe(
      'A promotion from development to production would change nothing.',
    );
  });
});

it('one ledger that cannot be read does not hide the others', async () => {
  const workspace = new Promoted();
  await workspace.deploy('development', ['api']);
  workspace.write(
    'deploy/environments/production/environment.yaml',
    'deploy: promote\nbase: pinned\nregistries: [r.example/p]\nledger: { remote: nowhere }\n',
  );
  const [development, production] = await workspace.both();
  expect(development).toMatchObject({ apps: [{ app: 'api', drift: [] }, { app: 'web' }] });
  expect(production).toMatchObject({ environment: 'production', error: { code: 'not-found' } });
});
