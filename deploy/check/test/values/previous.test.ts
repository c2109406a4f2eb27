import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { APP_RULES, renderChart, requireHelm, type Values } from '@slipway/gitops/render';
import { SERVICE_CHART, WORKSPACE } from '../support/charts.ts';
import { problemsOf } from '../support/problems.ts';
import { APP, EVERYTHING, hasHelm, RELEASE } from '../support/service-chart.ts';

const CHART = 'deploy/charts/service';
const ENVIRONMENT = 'deploy/environments/development/values.yaml';

/** The output of git; undefined if the history is too short. */
function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: WORKSPACE,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** The commit before the last one that changed a path, if the path existed there. */
function before(path: string): string | undefined {
  const last = git('log', '-1', '--format=%H', '--', path);
  const commit = last && git('rev-parse', '--verify', '--quiet', `${last}^`);
  return commit && git('rev-parse', '--verify', '--quiet', `${commit}:${path}`) ? commit : undefined;
}

/** A release without values of its own, so an older chart can refuse only the block. */
const appIn = (environment: unknown): Values => ({ ...RELEASE, environment });

const olderChart = before(CHART);
const olderBlock = before(ENVIRONMENT);

describe('a platform and a chart of different age', () => {
  test.skipIf(!hasHelm || !olderChart)('the chart before its last change accepts today’s block', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deploy-check-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const env = { ...process.env, GIT_INDEX_FILE: join(folder, 'index') };
    execFileSync('git', ['read-tree', `${olderChart}:${CHART}`], { cwd: WORKSPACE, env });
    execFileSync('git', ['checkout-index', '--all', `--prefix=${folder}/chart/`], { cwd: WORKSPACE, env });
    const values = appIn(EVERYTHING.environment);
    const chart = join(folder, 'chart');
    const { manifests } = await renderChart(await requireHelm(), { chart, release: APP, values });
    expect(manifests.map(({ kind }) => kind)).toContain('Deployment');
  });

  test.skipIf(!hasHelm || !olderBlock)('today’s chart accepts the block before its last change', async () => {
    const text = git('show', `${olderBlock}:${ENVIRONMENT}`) ?? '';
    const { environment } = parse(text) as { environment: unknown };
    const rendering = { chart: SERVICE_CHART, release: APP, values: appIn(environment) };
    const { manifests } = await renderChart(await requireHelm(), rendering);
    expect(await problemsOf(APP_RULES, manifests)).toEqual([]);
  });
});
