import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { GitopsError, PLATFORM_CHART } from '@slipway/gitops';
import {
  EXCEPTIONS_FILE,
  findHelm,
  lintChart,
  ROOT_CHART,
  RULES,
  type Rule,
  type RuleText,
} from '@slipway/gitops/render';
import { print } from './print.ts';
import { describeReport, NO_HELM, readExceptions, report, surveyAll } from './survey-all.ts';
import { enterWorkspace } from './workspace.ts';

/** An exception with all its keys. */
const EXAMPLE = [
  '  - rule: read-only-root',
  '    app: legacy # an app, platform, root, or the folder of a chart',
  '    environment: development # optional',
  '    object: Deployment/legacy # optional',
  '    reason: It writes its cache beside its code.',
].join('\n');

/** The folder of the charts of apps. */
const CHARTS = 'deploy/charts';

interface Options {
  rules?: boolean;
  json?: boolean;
}

export function lintCommand(): Command {
  return new Command('lint')
    .description(
      'Check charts by their scenarios and, without names, every app in every environment; needs no cluster',
    )
    .argument('[charts...]', 'folders of charts (default: all, and everything that is deployed)')
    .option('--rules', 'list the rules instead, each with its reason, remedy and source')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nIt checks the work tree, committed or not: it renders with the Helm that Argo CD uses, then applies the rules.\n` +
        `An entry in ${EXCEPTIONS_FILE} allows an app to break a rule:\n${EXAMPLE}`,
    )
    .action(async (named: string[], { rules, json }: Options) => {
      if (rules) return print(json, { rules: RULES.map(textOf) }, listRules);
      const from = process.cwd();
      const workspace = await enterWorkspace();
      const helm = await findHelm();
      if (helm === undefined) return print(json, { skipped: [NO_HELM] }, () => NO_HELM);
      const { root } = workspace;
      const all = named.length === 0;
      const charts = all ? await listCharts(root) : named.map((chart) => chartAt(root, resolve(from, chart)));
      const exceptions = await readExceptions(workspace);
      const linted = await Promise.all(charts.map((chart) => lintChart(helm, root, chart, exceptions)));
      const found = all ? await surveyAll(workspace, helm, exceptions) : [];
      const apps = all ? exceptions.apps : charts;
      const result = report([...linted, ...found], exceptions, apps);
      const rendered = found.map(({ what, environment }) => ({ what, environment }));
      print(json, { charts, rendered, ...result }, () =>
        describeReport(result, summary(charts.length, found.length)),
      );
      if (result.problems.length > 0) process.exitCode = 1;
    });
}

const textOf = ({ id, message, reason, source, remedy }: Rule): RuleText => ({
  id,
  message,
  reason,
  source,
  remedy,
});

const listRules = (): string =>
  [...RULES.map(describeRule), `A breach is allowed by an entry in ${EXCEPTIONS_FILE}:\n${EXAMPLE}`].join(
    '\n\n',
  );

const describeRule = ({ id, message, reason, remedy, source }: Rule): string =>
  [id, `  ${message}`, `  Reason: ${reason}`, `  Remedy: ${remedy}`, `  Source: ${source}`].join('\n');

async function listCharts(root: string): Promise<string[]> {
  const folders = await readdir(join(root, CHARTS)).catch(() => []);
  const charts = [...folders.sort().map((folder) => `${CHARTS}/${folder}`), PLATFORM_CHART, ROOT_CHART];
  return charts.filter((chart) => existsSync(join(root, chart, 'Chart.yaml')));
}

function chartAt(root: string, folder: string): string {
  const chart = relative(root, folder);
  if (existsSync(join(folder, 'Chart.yaml'))) return chart;
  throw new GitopsError('usage', `${chart} is not a chart: there is no ${chart}/Chart.yaml.`, {
    value: chart,
  });
}

const summary = (charts: number, renderings: number): string =>
  `${charts} charts and ${renderings} renderings break no rule.`;
