import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitopsError } from '../../error.ts';
import type { Helm } from './helm.ts';
import { parseManifests, type Manifest } from './manifest.ts';

/** The version of Kubernetes to render for. Argo CD uses that of its cluster; Helm alone, the one it was built with. */
export const KUBERNETES = '1.36.0';

/** Values of a chart, as Helm takes them from a file. */
export type Values = Readonly<Record<string, unknown>>;

/** One chart to render, as Argo CD does it. */
export interface Chart {
  /** The chart's folder. */
  readonly chart: string;
  /** How to call the chart in errors. @default its folder */
  readonly name?: string;
  /** The release, which is the app. */
  readonly release: string;
  /** The namespace that its objects go to. @default Helm's, `default` */
  readonly namespace?: string;
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
 * @throws {GitopsError} `invalid` with Helm's own words when the values are refused, or when what comes out is not Kubernetes
 */
export async function renderChart(helm: Helm, chart: Chart): Promise<Rendered> {
  const { ok, stdout, stderr } = await withValuesFile(chart, (args) => helm(args));
  if (!ok) {
    const place = chart.name ?? chart.chart;
    throw new GitopsError('invalid', `${place} refuses these values:\n${complaint(stderr)}`, {
      value: chart,
    });
  }
  return { text: stdout, manifests: parseManifests(stdout) };
}

async function withValuesFile<T>(
  { chart, release, namespace, files = [], values = {} }: Chart,
  run: (args: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-render-'));
  try {
    const last = join(folder, 'values.json');
    await writeFile(last, valuesFile(values));
    return await run(templateArguments(chart, release, [...files, last], namespace));
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
export function templateArguments(
  chart: string,
  release: string,
  files: readonly string[],
  namespace?: string,
): string[] {
  const where = namespace === undefined ? [] : ['--namespace', namespace];
  return [
    'template',
    release,
    chart,
    ...where,
    '--kube-version',
    KUBERNETES,
    '--include-crds',
    ...files.flatMap((file) => ['--values', file]),
  ];
}

/** What Helm says that helps: its advice about --debug is for people who write charts. */
function complaint(words: string): string {
  return words
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^Use --debug/.test(line))
    .map((line) => `  ${line}`)
    .join('\n');
}
