import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { renderChart, requireHelm } from '@slipway/gitops/render';
import { appValuesFiles, listDeployedApps } from '../../src/chart/deployed-apps.ts';
import { sampleImage } from '../../src/chart/sample-image.ts';
import { WORKSPACE } from '../../src/chart/service-chart.ts';
import { RULES } from '../../src/rules/all.ts';
import { unknownFields } from '../../src/rules/known-fields.ts';
import { check } from '../../src/rules/rule.ts';
import { hasHelm } from '../service-chart.ts';

const DEPLOYED = listDeployedApps(WORKSPACE);
const snapshotOf = (environment: string, app: string) =>
  join(import.meta.dirname, '../../snapshots', environment, `${app}.yaml`);

describe.skipIf(!hasHelm)('an app in an environment', () => {
  test.each(DEPLOYED)('$app in $environment breaks no rule', async ({ rendering }) => {
    const { manifests } = await renderChart(await requireHelm(), rendering);
    expect(check(RULES, manifests)).toEqual([]);
  });

  test('renders no field that Kubernetes does not know', async () => {
    const helm = await requireHelm();
    const rendered = await Promise.all(DEPLOYED.map(({ rendering }) => renderChart(helm, rendering)));
    expect(unknownFields(rendered.flatMap(({ manifests }) => manifests))).toEqual([]);
  });

  test.each(DEPLOYED)('$app in $environment renders what is committed', async (deployed) => {
    const { text } = await renderChart(await requireHelm(), deployed.rendering);
    const file = snapshotOf(deployed.environment, deployed.app);
    const fresh = await format(text, { ...(await resolveConfig(file)), parser: 'yaml' });
    await expect(fresh, 'See that the change is meant, then: npx vitest run -u').toMatchFileSnapshot(file);
  });
});

describe('the values of an app', () => {
  const files = [...new Set(DEPLOYED.map(({ app }) => app))].flatMap((app) => appValuesFiles(WORKSPACE, app));

  test.each(files)(
    '%s sets neither image nor environment: those are the release’s and the platform’s',
    async (file) => {
      const values = (parse(await readFile(file, 'utf8')) ?? {}) as object;
      expect(values).not.toHaveProperty('image');
      expect(values).not.toHaveProperty('environment');
    },
  );
});

describe('the list of deployed apps', () => {
  test('has each app in each environment that it has a file for, with what Argo CD would give it', async () => {
    const workspace = await workspaceOf({
      'apps/a/deploy/values.yaml': '{}',
      'apps/a/deploy/blue.yaml': '{}',
      'apps/b/deploy/values.yaml': '{}',
      'apps/b/deploy/blue.yaml': '{}',
      'apps/b/deploy/green.yaml': '{}',
      'apps/b/package.json': '{"slipway": {"chart": "deploy/charts/job"}}',
      'apps/c/README.md': '',
      'deploy/environments/blue/values.yaml': 'environment: {domain: blue.example.com}\nmore: 1\n',
      'deploy/environments/green/environment.yaml': '',
    });
    const chart = (name: string) => join(workspace, 'deploy/charts', name);
    const files = (app: string, environment: string) =>
      ['values', environment].map((file) => join(workspace, 'apps', app, 'deploy', `${file}.yaml`));
    const blue = { domain: 'blue.example.com' };
    expect(listDeployedApps(workspace)).toEqual([
      {
        app: 'a',
        environment: 'blue',
        rendering: {
          chart: chart('service'),
          release: 'a',
          files: files('a', 'blue'),
          values: { image: sampleImage('a'), environment: blue },
        },
      },
      {
        app: 'b',
        environment: 'blue',
        rendering: {
          chart: chart('job'),
          release: 'b',
          files: files('b', 'blue'),
          values: { image: sampleImage('b'), environment: blue },
        },
      },
      {
        app: 'b',
        environment: 'green',
        rendering: {
          chart: chart('job'),
          release: 'b',
          files: files('b', 'green'),
          values: { image: sampleImage('b'), environment: {} },
        },
      },
    ]);
  });
});

async function workspaceOf(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'deploy-check-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}
