import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GitopsError } from '../../error.ts';
import { PLATFORM_CHART } from '../../workspace/app.ts';
import type { Helm } from '../helm/helm.ts';
import { KUBERNETES, renderChart } from '../helm/render-chart.ts';
import { ARGOCD_NAMESPACE, ROOT_CHART } from '../root-values.ts';
import { checkManifests, type Checked } from './check.ts';
import type { Exceptions } from './exceptions.ts';
import { APP_RULES, PLATFORM_RULES } from './rules/all.ts';

/** What the release of a scenario is called: an app has the name of its release. */
const RELEASE = 'app';

/**
 * Checks a chart with each of its scenarios, the values files in its folder `ci/`: by `helm lint --strict`, and what it
 * renders by the rules.
 *
 * @param root the workspace
 * @param chart the chart's folder, relative to the workspace
 */
export async function lintChart(
  helm: Helm,
  root: string,
  chart: string,
  exceptions: Exceptions,
): Promise<Checked> {
  const files = await readdir(join(root, chart, 'ci')).catch(() => []);
  const scenarios = files.filter((file) => file.endsWith('.yaml')).sort();
  if (scenarios.length === 0) {
    const problem = {
      place: chart,
      message: 'has no scenario',
      remedy: 'Add a values file to its folder ci/, named after the situation that it shows.',
    };
    return { problems: [problem], missingPackages: [] };
  }
  const linted = await Promise.all(
    scenarios.map(async (file) => {
      const place = `${chart}/ci/${file}`;
      const { problems, missingPackages } = await lintScenario(helm, root, chart, place);
      const left = exceptions.withoutAllowed(problems, { app: chart });
      return { problems: left.map((one) => within(place, one)), missingPackages };
    }),
  );
  return {
    problems: linted.flatMap(({ problems }) => problems),
    missingPackages: [...new Set(linted.flatMap(({ missingPackages }) => missingPackages))],
  };
}

const within = <P extends { place: string }>(file: string, problem: P): P =>
  problem.place === file ? problem : { ...problem, place: `${file}: ${problem.place}` };

async function lintScenario(helm: Helm, root: string, chart: string, file: string): Promise<Checked> {
  const [folder, values] = [join(root, chart), join(root, file)];
  const strict = ['--strict', '--kube-version', KUBERNETES]; // so it reports API versions that were removed
  const { ok, stdout, stderr } = await helm(['lint', folder, ...strict, '--values', values]);
  if (!ok) {
    const problems = complaints(`${stdout}\n${stderr}`).map((message) => ({ place: file, message }));
    return { problems, missingPackages: [] };
  }
  const isPlatform = chart === PLATFORM_CHART || chart === ROOT_CHART;
  const rendering = isPlatform ? { release: 'platform', namespace: ARGOCD_NAMESPACE } : { release: RELEASE };
  try {
    const { manifests } = await renderChart(helm, { chart: folder, files: [values], ...rendering });
    return await checkManifests(isPlatform ? PLATFORM_RULES : APP_RULES, manifests);
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return { problems: [{ place: file, message: error.message }], missingPackages: [] };
  }
}

/** Helm repeats each complaint at its end, and remarks on missing icons. */
function complaints(output: string): string[] {
  const found = output.split('\n').filter((line) => /^\[(ERROR|WARNING)\]|^\s*- at '/.test(line));
  return found.length > 0 ? [...new Set(found.map((line) => line.trim()))] : [output.trim()];
}
