import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** The root of the workspace. */
export const WORKSPACE = resolve(import.meta.dirname, '../../../..');

/** The folder of the one chart that every service uses. */
export const SERVICE_CHART = join(WORKSPACE, 'deploy/charts/service');

/** A values file in the chart's `ci/` folder, named after the situation that it shows. */
export interface Scenario {
  readonly name: string;
  readonly file: string;
}

/** The scenarios of a chart, sorted by name. */
export function listScenarios(chart: string): Scenario[] {
  return readdirSync(join(chart, 'ci'))
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ name: basename(file, '.yaml'), file: join(chart, 'ci', file) }));
}
