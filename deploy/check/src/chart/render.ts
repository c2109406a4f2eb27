import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckError } from '../error.ts';
import type { Helm } from '../helm/helm.ts';
import { parseManifests, type Manifest } from '../manifests/manifest.ts';

/** Values of a chart, as Helm takes them from a file. */
export type Values = Readonly<Record<string, unknown>>;

/** One chart to render, as Argo CD does it. */
export interface Rendering {
  /** The chart's folder. */
  readonly chart: string;
  /** The release, which is the app. */
  readonly release: string;
  /** Values files; later ones win. */
  readonly files?: readonly string[];
  /** Values that win over all files. */
  readonly values?: Values;
}

/** What a chart renders, as text and as objects. */
export interface Rendered {
  readonly text: string;
  readonly manifests: readonly Manifest[];
}

/**
 * Renders a chart.
 *
 * @throws CheckError `chart` with Helm's own words when the values are refused, `manifest` when what comes out is not Kubernetes
 */
export async function render(helm: Helm, rendering: Rendering): Promise<Rendered> {
  const { ok, stdout, stderr } = await withValuesFile(rendering, (args) => helm(args));
  if (!ok)
    throw new CheckError('chart', `${rendering.chart} refuses these values:\n${stderr}`, {
      value: rendering,
    });
  return { text: stdout, manifests: parseManifests(stdout) };
}

async function withValuesFile<T>(
  { chart, release, files = [], values = {} }: Rendering,
  run: (args: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-check-'));
  try {
    const last = join(folder, 'values.json');
    await writeFile(last, valuesFile(values));
    return await run(templateArguments(chart, release, [...files, last]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Values as the text of a file. JSON is YAML but for a few characters: those that YAML takes for line breaks or
 * forbids are escaped.
 */
export function valuesFile(values: unknown): string {
  return JSON.stringify(values).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The arguments of `helm template`. */
export function templateArguments(chart: string, release: string, files: readonly string[]): string[] {
  return ['template', release, chart, '--include-crds', ...files.flatMap((file) => ['--values', file])];
}
