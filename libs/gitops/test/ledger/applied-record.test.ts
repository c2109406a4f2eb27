import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import {
  appliedStacks,
  assertMayApply,
  bumpTable,
  readEnvironment,
  removeRelease,
  type BumpResult,
  type Failure,
} from '../../src/index.ts';
import {
  dueIn,
  onOrigin,
  inEnvironment,
  releaseOf,
  stateOf,
  tipOf,
  trailersOf,
} from '../support/ledger-of.ts';
import { digestOf, intent, words, Workspace } from '../support/workspace.ts';

/** A workspace with the stack `cluster` in `development`, and nothing released yet. */
function withStack(): Workspace {
  const workspace = new Workspace();
  workspace.editStack('cluster', 'cluster 1');
  return workspace;
}

/** One run that has applied the stack's graph, and built some apps. */
const run = (
  workspace: Workspace,
  graph: string | undefined,
  { apps = [], failed = [] }: { apps?: string[]; failed?: Failure[] } = {},
): Promise<BumpResult> =>
  workspace.deploy('development', apps, {
    intents: [
      ...apps.map((app) => intent(app, workspace.git('show', `HEAD:apps/${app}/src/main.ts`))),
      ...(graph === undefined ? [] : [{ app: 'development-cluster', graph: digestOf(graph) }]),
    ],
    failed,
  });

const halfWay: Failure = { app: 'development-cluster', reason: 'its update did not finish', begun: true };
const recordOf = (workspace: Workspace): unknown => parse(workspace.ledger('stacks/cluster/applied.yaml'));

describe('a stack of an environment', () => {
  it('is due like an app, until a run has applied it; one commit records it together with the apps', async () => {
    const workspace = withStack();
    expect(await dueIn(workspace)).toEqual(['api', 'development-cluster', 'web']);
    const result = await run(workspace, 'graph 1', { apps: ['api', 'web'] });
    const head = workspace.git('rev-parse', 'HEAD');
    expect(words(result)).toEqual({ api: 'landed', 'development-cluster': 'landed', web: 'landed' });
    expect(workspace.ledgerCommits()).toBe(1);
    expect(recordOf(workspace)).toEqual({ source: head, graph: digestOf('graph 1') });
    expect(releaseOf(workspace, 'api').release.config).toBe(head);
    expect(stateOf(workspace)).toEqual({ through: head, pending: [] });
    expect(trailersOf(workspace)).toContain(`Slipway-Graph: none -> ${digestOf('graph 1')}`);
    expect(await dueIn(workspace)).toEqual([]);
    workspace.editStack('cluster', 'cluster 2');
    expect(await dueIn(workspace)).toEqual(['development-cluster']);
  });

  it('is recorded once for a commit, and again for a newer one, though the graph is the same', async () => {
    const workspace = withStack();
    await run(workspace, 'graph 1');
    const tip = tipOf(workspace);
    expect(words(await run(workspace, 'graph 1'))).toEqual({ 'development-cluster': 'unchanged' });
    expect(tipOf(workspace)).toBe(tip);
    const head = workspace.edit('api', 'api 2');
    expect(words(await run(workspace, 'graph 1'))).toEqual({ 'development-cluster': 'landed' });
    expect(recordOf(workspace)).toEqual({ source: head, graph: digestOf('graph 1') });
  });

  it('keeps its recorded commit fetchable, as a release does', async () => {
    const workspace = withStack();
    await run(workspace, 'graph 1');
    const parents = onOrigin(workspace, 'log', '-1', '--format=%P', 'env/development').split(' ');
    expect(parents).toContain(workspace.git('rev-parse', 'HEAD'));
  });

  it('is pending when a run did not select it, or did not get to it', async () => {
    const workspace = withStack();
    await run(workspace, undefined, { apps: ['api'] });
    expect(stateOf(workspace).pending).toEqual(['development-cluster', 'web']);
    await run(workspace, undefined, {
      apps: ['web'],
      failed: [{ app: 'development-cluster', reason: 'its test failed' }],
    });
    expect(stateOf(workspace).pending).toEqual(['development-cluster']);
    await run(workspace, 'graph 1');
    expect(stateOf(workspace).pending).toEqual([]);
  });

  it('is pending after an update that failed half-way, though nothing landed and nothing had changed', async () => {
    const workspace = withStack();
    const first = workspace.git('rev-parse', 'HEAD');
    await run(workspace, 'graph 1', { apps: ['api', 'web'] });
    const second = workspace.edit('api', 'api 2');
    const result = await run(workspace, undefined, { failed: [halfWay] });
    expect(words(result)).toEqual({ 'development-cluster': 'failed' });
    expect(recordOf(workspace)).toEqual({ source: first, graph: digestOf('graph 1'), pending: second });
    expect(stateOf(workspace)).toEqual({ through: first, pending: ['development-cluster'] });
    await run(workspace, 'graph 1', { apps: ['api'] });
    expect(recordOf(workspace)).toEqual({ source: second, graph: digestOf('graph 1') });
    expect(stateOf(workspace)).toEqual({ through: second, pending: [] });
  });

  it('is not settled by an older update that ended, when a newer one did not', async () => {
    const workspace = withStack();
    const older = workspace.git('rev-parse', 'HEAD');
    const newer = workspace.editStack('cluster', 'cluster 2');
    await run(workspace, undefined, { failed: [halfWay] });
    workspace.git('checkout', '--quiet', older);
    expect(words(await run(workspace, 'graph 1'))).toEqual({ 'development-cluster': 'superseded' });
    expect(recordOf(workspace)).toEqual({ pending: newer });
    expect(stateOf(workspace).pending).toEqual(['development-cluster']);
  });

  it('keeps the record of a newer commit when an older run lands late', async () => {
    const workspace = withStack();
    const older = workspace.git('rev-parse', 'HEAD');
    const newer = workspace.editStack('cluster', 'cluster 2');
    await run(workspace, 'graph 2', { apps: ['api', 'web'] });
    workspace.git('checkout', '--quiet', older);
    const late = await run(workspace, 'graph 1');
    expect(words(late)).toEqual({ 'development-cluster': 'superseded' });
    expect(late.commit).toBeUndefined();
    expect(recordOf(workspace)).toEqual({ source: newer, graph: digestOf('graph 2') });
  });

  it('stays due when an update lands late that a revert has hidden from every later run', async () => {
    const workspace = withStack();
    await run(workspace, 'graph 1', { apps: ['api', 'web'] });
    const older = workspace.editStack('cluster', 'cluster 2');
    workspace.editStack('cluster', 'cluster 1');
    workspace.edit('api', 'api 2');
    expect(await dueIn(workspace)).toEqual(['api']);
    await run(workspace, undefined, { apps: ['api'] });
    workspace.git('checkout', '--quiet', older);
    expect(words(await run(workspace, 'graph 2'))).toEqual({ 'development-cluster': 'superseded' });
    expect(stateOf(workspace).pending).toEqual(['development-cluster']);
  });

  it('may be applied again while it is due, but not at an older commit than the recorded one', async () => {
    const workspace = withStack();
    const older = workspace.git('rev-parse', 'HEAD');
    const newer = workspace.editStack('cluster', 'cluster 2');
    const may = async (last?: string) =>
      assertMayApply(...(await inEnvironment(workspace)), 'development-cluster', last);
    await may();
    workspace.git('checkout', '--quiet', older);
    await may();
    await expect(may(newer)).rejects.toMatchObject({
      code: 'refused',
      value: older,
      message: expect.stringContaining(`${newer.slice(0, 12)} is newer and applied`),
    });
    workspace.git('checkout', '--quiet', newer);
    await run(workspace, 'graph 2', { apps: ['api', 'web'] });
    await may();
    workspace.git('checkout', '--quiet', older);
    await expect(may()).rejects.toMatchObject({ code: 'refused' });
  });

  it('is due even if only promotions release apps, and does not change the apps', async () => {
    const workspace = withStack();
    workspace.write(
      'deploy/environments/development/environment.yaml',
      'deploy: promote\nbase: pinned\nregistries: [registry.example/team]\n',
    );
    const head = workspace.commit('By promotion only');
    expect(await dueIn(workspace)).toEqual(['development-cluster']);
    await run(workspace, 'graph 1');
    expect(stateOf(workspace)).toEqual({ through: head, pending: [] });
  });

  it('is never due when it is applied by hand, and recorded all the same', async () => {
    const workspace = withStack();
    workspace.write('infra/development/cluster/package.json', '{ "slipway": { "apply": "by-hand" } }\n');
    workspace.commit('By hand');
    expect(await dueIn(workspace)).toEqual(['api', 'web']);
    await run(workspace, 'graph 1');
    expect(recordOf(workspace)).toMatchObject({ graph: digestOf('graph 1') });
    expect(stateOf(workspace).pending).toEqual(['api', 'web']);
  });

  it('whose folder is gone is named by every run, and only its removal ends the record', async () => {
    const workspace = withStack();
    await run(workspace, 'graph 1', { apps: ['api', 'web'] });
    const removal = async () => removeRelease(...(await inEnvironment(workspace)), 'development-cluster');
    await expect(removal()).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('infra/development/cluster exists at this commit'),
    });
    workspace.git('rm', '-r', '--quiet', 'infra/development/cluster');
    workspace.commit('Away');
    const result = await run(workspace, undefined, { apps: ['api'] });
    expect(result.orphanStacks).toEqual(['development-cluster']);
    expect(bumpTable(await readEnvironment(workspace.root, 'development'), result)).toContain(
      'npx slipway remove development-cluster --env development',
    );
    expect([...(await appliedStacks(...(await inEnvironment(workspace)))).keys()]).toEqual([
      'development-cluster',
    ]);
    await removal();
    expect(await appliedStacks(...(await inEnvironment(workspace)))).toEqual(new Map());
    expect(releaseOf(workspace, 'api')).toBeDefined();
  });
});
