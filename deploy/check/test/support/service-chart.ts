import {
  type Chart,
  findHelm,
  type Manifest,
  renderChart,
  type Rendered,
  requireHelm,
  type Values,
} from '@slipway/gitops/render';
import { listScenarios, SERVICE_CHART, type Scenario } from './charts.ts';
import { renderMany, type Outcome } from './render-many.ts';
import { sampleImage } from './sample-image.ts';

/** Whether this machine has Helm; without it the tests that render are skipped by name. */
export const hasHelm = (await findHelm()) !== undefined;

/** The name of the app in all tests. */
export const APP = 'api';

/** The values of a release of the app, and nothing else. */
export const RELEASE: Values = { image: sampleImage(APP) };

/** Values in which every kind is rendered and every option is used. */
export const EVERYTHING: Values = {
  ...RELEASE,
  owner: 'team-api',
  autoscaling: { maxReplicas: 6 },
  env: { LOG_LEVEL: 'info' },
  route: { paths: ['/v1'] },
  egress: { database: { cidrs: ['10.30.4.0/24'], ports: [5432] }, mail: { internet: true } },
  secretFiles: { name: 'keys' },
  tmpSize: '64Mi',
  environment: {
    domain: 'apps.example.com',
    imagePullSecret: 'registry-login',
    gateway: {
      name: 'public',
      namespace: 'gateway',
      controller: 'gateway.k8s.aws/alb',
      sources: { cidrs: ['10.20.0.0/20'], namespaceLabels: { 'kubernetes.io/metadata.name': 'gateway' } },
    },
    secretStore: {
      server: 'https://vault.example:8200',
      prefix: 'production',
      tokenRequester: { name: 'external-secrets', namespace: 'external-secrets' },
    },
  },
};

/** All scenarios of the chart. */
export const SCENARIOS: readonly Scenario[] = listScenarios(SERVICE_CHART);

const rendered = new Map<string, Promise<Rendered>>();

/** Renders each set of values once for all tests. */
async function renderOnce(rendering: Pick<Chart, 'files' | 'values'>): Promise<Rendered> {
  const key = JSON.stringify(rendering);
  const known =
    rendered.get(key) ??
    renderChart(await requireHelm(), { chart: SERVICE_CHART, release: APP, ...rendering });
  rendered.set(key, known);
  return known;
}

/** The objects that the chart renders for one set of values. */
export async function manifestsOf(values: Values): Promise<readonly Manifest[]> {
  return (await renderOnce({ values })).manifests;
}

/** The outcome of each of many sets of values. */
export async function outcomesOf(sets: readonly Values[]): Promise<Outcome[]> {
  return renderMany(await requireHelm(), { chart: SERVICE_CHART, release: APP }, sets);
}

/** The rendering of one of the chart's scenarios. */
export async function renderScenario({ file }: Scenario): Promise<Rendered> {
  return renderOnce({ files: [file] });
}

/** The only object of a kind, as the type that the test expects. */
export function only<T>(manifests: readonly Manifest[], kind: string, name?: string): T {
  const found = manifests.filter(
    (manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name),
  );
  if (found.length !== 1) throw new Error(`There are ${found.length} objects ${kind}, not one.`);
  return found[0] as unknown as T;
}
