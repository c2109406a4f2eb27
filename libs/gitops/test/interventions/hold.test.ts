import { describe, expect, it } from 'vitest';
import { hold, unhold } from '../../src/index.ts';
import { dueIn, letRivalWin, inEnvironment, releaseOf, stateOf, trailersOf } from '../support/ledger-of.ts';
import { digestOf, words, Workspace } from '../support/workspace.ts';

async function released(): Promise<Workspace> {
  const workspace = new Workspace();
  await workspace.deploy('development', ['api', 'web']);
  return workspace;
}

const incident = { by: 'ada', reason: 'incident 7' };

describe('a hold', () => {
  it('keeps a release, makes the app pending, and is recorded in trailers', async () => {
    const workspace = await released();
    const before = releaseOf(workspace, 'api');
    const result = await hold(...(await inEnvironment(workspace)), 'api', { ...incident, until: '2h' });
    expect(result.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(releaseOf(workspace, 'api')).toEqual({ ...before, hold: result.hold });
    expect(result.hold).toMatchObject(incident);
    expect(Date.parse(result.hold.until as string) - Date.parse(result.hold.since)).toBe(7_200_000);
    expect(stateOf(workspace).pending).toEqual(['api']);
    expect(trailersOf(workspace)).toEqual([
      'Slipway-Environment: development',
      'Slipway-Action: hold',
      'Slipway-App: api',
      'Slipway-By: ada',
      'Slipway-Reason: incident 7',
      `Slipway-Until: ${result.hold.until}`,
    ]);
  });

  it('stops the next run, and the first run after it is due and lands', async () => {
    const workspace = await released();
    await hold(...(await inEnvironment(workspace)), 'api', incident);
    workspace.edit('api', 'api 2');
    workspace.edit('web', 'web 2');
    expect(words(await workspace.deploy('development', ['api', 'web']))).toEqual({
      api: 'held',
      web: 'landed',
    });
    const lifted = await unhold(...(await inEnvironment(workspace)), 'api', { by: 'ada' });
    expect(lifted.lifted).toMatchObject(incident);
    expect(await dueIn(workspace)).toEqual(['api']);
    expect(words(await workspace.deploy('development', ['api']))).toEqual({ api: 'landed' });
    expect(releaseOf(workspace, 'api').image.digest).toBe(digestOf('api 2'));
    expect(stateOf(workspace).pending).toEqual([]);
  });

  it('replaces reason and end of the hold in force, returns it, and keeps its start', async () => {
    const workspace = await released();
    const first = await hold(...(await inEnvironment(workspace)), 'api', incident);
    const second = await hold(...(await inEnvironment(workspace)), 'api', {
      by: 'bob',
      reason: 'still broken',
      until: '2030-01-01',
    });
    expect(second.replaced).toEqual(first.hold);
    expect(releaseOf(workspace, 'api').hold).toEqual({
      by: 'bob',
      reason: 'still broken',
      since: first.hold.since,
      until: '2030-01-01T00:00:00Z',
    });
  });

  it('that exists already makes no commit', async () => {
    const workspace = await released();
    await hold(...(await inEnvironment(workspace)), 'api', incident);
    const again = await hold(...(await inEnvironment(workspace)), 'api', incident);
    expect(again).not.toHaveProperty('commit');
    expect(again).not.toHaveProperty('replaced');
    expect(workspace.ledgerCommits()).toBe(2);
  });

  it('lands on top of a release that lands at the same time, and holds that one', async () => {
    const workspace = await released();
    workspace.edit('api', 'api 2');
    await letRivalWin(workspace, () => workspace.deploy('development', ['api']));
    await hold(...(await inEnvironment(workspace)), 'api', incident);
    expect(releaseOf(workspace, 'api')).toMatchObject({
      image: { digest: digestOf('api 2') },
      hold: incident,
    });
    expect(stateOf(workspace).pending).toEqual(['api']);
    expect(workspace.ledgerCommits()).toBe(3);
  });

  it.each([
    ['an empty reason', { by: 'ada', reason: ' \n' }, '--reason is empty'],
    ['an empty name', { by: '', reason: 'x' }, '--by is empty'],
    ['an end that has passed', { ...incident, until: '2020-01-01' }, 'not in the future'],
  ])('with %s is refused before anything is written', async (_, options, message) => {
    const workspace = await released();
    const refused = hold(...(await inEnvironment(workspace)), 'api', options);
    await expect(refused).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message) as string,
    });
    expect(workspace.ledgerCommits()).toBe(1);
  });

  it('of an app that is not released names those that are', async () => {
    const workspace = await released();
    await expect(hold(...(await inEnvironment(workspace)), 'apii', incident)).rejects.toMatchObject({
      code: 'usage',
      value: 'apii',
      message: 'development has no release of "apii". Did you mean "api"? Released there: api, web.',
    });
  });
});

describe('lifting a hold', () => {
  it('of an app that is not held does nothing', async () => {
    const workspace = await released();
    expect(await unhold(...(await inEnvironment(workspace)), 'api', { by: 'ada' })).toEqual({ app: 'api' });
    expect(workspace.ledgerCommits()).toBe(1);
  });

  it('leaves the record as it was before the hold', async () => {
    const workspace = await released();
    const before = workspace.ledger('apps/api/release.yaml');
    await hold(...(await inEnvironment(workspace)), 'api', incident);
    await unhold(...(await inEnvironment(workspace)), 'api', { by: 'bob' });
    expect(workspace.ledger('apps/api/release.yaml')).toBe(before);
    expect(trailersOf(workspace)).toEqual([
      'Slipway-Environment: development',
      'Slipway-Action: unhold',
      'Slipway-App: api',
      'Slipway-By: bob',
    ]);
  });
});
