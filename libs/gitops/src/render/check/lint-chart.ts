import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Helm } from '../helm/helm.ts';
import type { Problem } from './problem.ts';

/**
 * What `helm lint --strict` says of a chart with each of its scenarios, the values files in its folder `ci/`.
 *
 * @param root the workspace
 * @param chart the chart's folder, from there
 */
export async function lintChart(helm: Helm, root: string, chart: string): Promise<Problem[]> {
  const files = await readdir(join(root, chart, 'ci')).catch(() => []);
  const scenarios = files.filter((file) => file.endsWith('.yaml')).sort();
  if (scenarios.length === 0) {
    const message =
      'has no scenario: put a values file into its folder ci/, named after the situation that it shows';
    return [{ place: chart, message }];
  }
  const linted = await Promise.all(
    scenarios.map(async (file) => {
      const place = `${chart}/ci/${file}`;
      const { ok, stdout, stderr } = await helm([
        'lint',
        join(root, chart),
        '--strict',
        '--values',
        join(root, place),
      ]);
      return ok ? [] : complaints(`${stdout}\n${stderr}`).map((message) => ({ place, message }));
    }),
  );
  return linted.flat();
}

/** Helm repeats every complaint at its end, and praises missing icons. */
function complaints(words: string): string[] {
  const found = words.split('\n').filter((line) => /^\[(ERROR|WARNING)\]|^\s*- at '/.test(line));
  return found.length > 0 ? [...new Set(found.map((line) => line.trim()))] : [words.trim()];
}
