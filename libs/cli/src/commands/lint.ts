import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { GitopsError, PLATFORM_CHART } from '@slipway/gitops';
import { findHelm, lintChart, ROOT_CHART, type Helm } from '@slipway/gitops/render';
import { print } from '../print.ts';
import { describeProblems, NO_HELM, surveyAll } from './survey-all.ts';
import { enterWorkspace } from '../workspace.ts';

/** Where the charts of apps lie. */
const CHARTS = 'deploy/charts';

export function lintCommand(): Command {
  return new Command('lint')
    .description(
      'Check charts and values offline: charts by their scenarios; without names also every app everywhere',
    )
    .argument('[charts...]', 'folders of charts (default: all, and everything that is deployed)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWhat lies here counts, committed or not. It is rendered with the Helm that Argo CD uses; then it looks for what a\n' +
        'cluster would refuse: unknown values, two entries of one key, images that are not pinned, routes without a gateway.',
    )
    .action(async (named: string[], { json }: { json?: boolean }) => {
      const from = process.cwd();
      const workspace = await enterWorkspace();
      const helm = await findHelm();
      if (helm === undefined) return print(json, { skipped: NO_HELM }, () => NO_HELM);
      const charts =
        named.length > 0
          ? named.map((chart) => chartAt(workspace.root, resolve(from, chart)))
          : await listCharts(workspace.root);
      const found = named.length > 0 ? [] : await surveyAll(workspace, helm);
      const problems = [...(await lintCharts(helm, workspace.root, charts)), ...describeProblems(found)];
      print(
        json,
        { charts, rendered: found.map(({ what, environment }) => ({ what, environment })), problems },
        () => (problems.length > 0 ? problems.join('\n') : describe(charts.length, found.length)),
      );
      if (problems.length > 0) process.exitCode = 1;
    });
}

async function lintCharts(helm: Helm, root: string, charts: readonly string[]): Promise<string[]> {
  const linted = await Promise.all(charts.map((chart) => lintChart(helm, root, chart)));
  return linted.flat().map(({ place, message }) => `${place}: ${message}`);
}

async function listCharts(root: string): Promise<string[]> {
  const folders = await readdir(join(root, CHARTS)).catch(() => []);
  const charts = [...folders.sort().map((folder) => `${CHARTS}/${folder}`), PLATFORM_CHART, ROOT_CHART];
  return charts.filter((chart) => existsSync(join(root, chart, 'Chart.yaml')));
}

function chartAt(root: string, folder: string): string {
  const chart = relative(root, folder);
  if (existsSync(join(folder, 'Chart.yaml'))) return chart;
  throw new GitopsError('usage', `${chart} is no chart: there is no ${chart}/Chart.yaml.`, { value: chart });
}

const describe = (charts: number, renderings: number): string =>
  `${charts} charts and ${renderings} renderings are sound.`;
