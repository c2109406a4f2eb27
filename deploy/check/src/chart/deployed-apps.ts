import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import type { Chart as Chart, Values } from '@slipway/gitops/render';
import { sampleImage } from './sample-image.ts';

/** An app in an environment, and how Argo CD there would render it. */
export interface DeployedApp {
  readonly app: string;
  readonly environment: string;
  readonly rendering: Chart;
}

/** The chart of an app that names none in `slipway.chart` of its package.json. */
const DEFAULT_CHART = 'deploy/charts/service';

/**
 * Every app in every environment: those with `apps/<app>/deploy/<environment>.yaml`. The image is a sample, and the
 * `environment` block is what `deploy/environments/<environment>/values.yaml` says under that key, or empty.
 */
export function listDeployedApps(workspace: string): DeployedApp[] {
  const environments = foldersOf(join(workspace, 'deploy/environments'));
  const apps = foldersOf(join(workspace, 'apps')).filter((app) =>
    existsSync(join(workspace, 'apps', app, 'deploy/values.yaml')),
  );
  return apps.flatMap((app) =>
    environments
      .filter((environment) => existsSync(join(workspace, 'apps', app, 'deploy', `${environment}.yaml`)))
      .map((environment) => ({ app, environment, rendering: renderingOf(workspace, app, environment) })),
  );
}

/** The values files that an app writes itself. */
export function appValuesFiles(workspace: string, app: string): string[] {
  const folder = join(workspace, 'apps', app, 'deploy');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, file));
}

function renderingOf(workspace: string, app: string, environment: string): Chart {
  const folder = join(workspace, 'apps', app, 'deploy');
  return {
    chart: join(workspace, chartOf(join(workspace, 'apps', app, 'package.json'))),
    release: app,
    files: [join(folder, 'values.yaml'), join(folder, `${environment}.yaml`)],
    values: { image: sampleImage(app), environment: environmentBlock(workspace, environment) },
  };
}

function chartOf(manifest: string): string {
  if (!existsSync(manifest)) return DEFAULT_CHART;
  const { slipway } = JSON.parse(readFileSync(manifest, 'utf8')) as { slipway?: { chart?: string } };
  return slipway?.chart ?? DEFAULT_CHART;
}

function environmentBlock(workspace: string, environment: string): Values {
  const file = join(workspace, 'deploy/environments', environment, 'values.yaml');
  if (!existsSync(file)) return {};
  const values = parse(readFileSync(file, 'utf8')) as { environment?: Values } | null;
  return values?.environment ?? {};
}

function foldersOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => basename(entry.name))
    .sort();
}
