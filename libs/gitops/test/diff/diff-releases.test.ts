import { describe, expect, it } from 'vitest';
import { diffText, readEnvironment } from '../../src/index.ts';
import {
  diffReleases,
  findHelm,
  pairsOfCommits,
  pairsOfRecords,
  pairsWithReleased,
  type Pairs,
} from '../../src/render.ts';
import { tipOf } from '../support/ledger-of.ts';
import { Workspace } from '../support/workspace.ts';

const CHART = 'apiVersion: v2\nname: service\nversion: 1.0.0\n';
const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { replicas: "{{ .Values.replicas }}", image: "{{ .Values.image.digest }}" }
`;

describe.skipIf((await findHelm()) === undefined)('the difference of two releases, rendered', () => {
  const setUp = async (): Promise<Workspace> => {
    const workspace = new Workspace();
    workspace.write('deploy/charts/service/Chart.yaml', CHART);
    workspace.write('deploy/charts/service/templates/map.yaml', TEMPLATE);
    workspace.commit('a chart');
    await workspace.deploy('development', ['api', 'web']);
    return workspace;
  };
  const show = async (
    workspace: Workspace,
    choose: (...args: Parameters<typeof pairsWithReleased>) => Promise<Pairs>,
  ) => {
    const checkout = await workspace.source();
    const environment = await readEnvironment(workspace.root, 'development');
    const { pairs, platforms } = await choose(checkout, environment, await checkout.head());
    return diffText(await diffReleases(checkout, environment, pairs, platforms));
  };

  it('shows what HEAD changes in the releases, with the released images', async () => {
    const workspace = await setUp();
    workspace.write('apps/api/deploy/values.yaml', 'replicas: 5\n');
    workspace.commit('five');
    expect(await show(workspace, pairsWithReleased)).toBe(
      'api: 1 changed\n  ~ ConfigMap api\n      data.replicas: 1 -> 5\nweb: no object changes',
    );
  });

  it('shows what HEAD changes since a base, and a new app', async () => {
    const workspace = await setUp();
    const base = workspace.git('rev-parse', 'HEAD');
    workspace.addApp('new');
    workspace.commit('a new app');
    const text = await show(workspace, (checkout, environment, head) =>
      pairsOfCommits(checkout, environment, base, head),
    );
    expect(text).toBe('api: no object changes\nnew: 1 added\n  + ConfigMap new\nweb: no object changes');
  });

  it('shows the changes from one record to another, image and configuration', async () => {
    const workspace = await setUp();
    const before = tipOf(workspace).slice(0, 12);
    workspace.edit('api', 'api 2');
    await workspace.deploy('development', ['api']);
    const after = tipOf(workspace);
    const text = await show(workspace, (checkout, environment) =>
      pairsOfRecords(checkout, environment, before, after),
    );
    expect(text).toMatch(
      /^api: 1 changed\n {2}~ ConfigMap api\n {6}data.image:\n {8}- sha256:\w+\n {8}\+ sha256:\w+\nweb: no object changes$/,
    );
    const unknown = show(workspace, (checkout, environment) =>
      pairsOfRecords(checkout, environment, 'v1', after),
    );
    await expect(unknown).rejects.toMatchObject({ code: 'usage', value: 'v1' });
  });
});
