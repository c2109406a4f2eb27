import { join } from 'node:path';
import { renderChart, requireHelm, type Helm, type Manifest, type Values } from '@slipway/gitops/render';
import { listScenarios, WORKSPACE } from './charts.ts';

/** The charts that configure Argo CD. */
export const PLATFORM = join(WORKSPACE, 'deploy/argocd');
export const ROOT = join(PLATFORM, 'root');

/** The fewest values of both. */
export const FEWEST: Values = {
  name: 'test',
  repository: 'https://git.example/team.git',
  ledger: { branch: 'env/test' },
};

/** The scenarios of both charts. */
export const SCENARIOS = [PLATFORM, ROOT].flatMap((chart) =>
  listScenarios(chart).map(({ name, file }) => ({
    name: `${chart === ROOT ? 'root' : 'platform'}: ${name}`,
    chart,
    file,
  })),
);

/** The objects of a scenario. */
export async function manifestsOfScenario(
  { chart, file }: (typeof SCENARIOS)[number],
  helm?: Helm,
): Promise<readonly Manifest[]> {
  const rendering = { chart, release: 'platform', namespace: 'argocd', files: [file] };
  return (await renderChart(helm ?? (await requireHelm()), rendering)).manifests;
}

/** The objects that the platform chart, or the root chart, renders for values. */
export async function manifestsOf(values: Values, chart = PLATFORM): Promise<readonly Manifest[]> {
  const rendering = { chart, release: 'platform', namespace: 'argocd', values };
  return (await renderChart(await requireHelm(), rendering)).manifests;
}
