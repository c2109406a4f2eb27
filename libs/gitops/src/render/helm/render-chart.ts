import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitopsError } from '../../error.ts';
import type { Helm } from './helm.ts';
import { parseManifests, type Manifest } from './manifest.ts';

/**
 * The Kubernetes version to render for. Argo CD uses the version of its cluster; Helm's default is its own.
 */
export const KUBERNETES = '1.36.0';

/** The values of a chart. */
export type Values = Readonly<Record<string, unknown>>;

/** A chart to render, with the inputs that Argo CD gives it. */
export interface Chart {
  /** The chart's folder. */
  readonly chart: string;
  /** The name of the chart in errors. @default its folder */
  readonly name?: string;
  /** The name of the release, which is that of the app. */
  readonly release: string;
  /** The namespace of its objects. @default Helm's, `default` */
  readonly namespace?: string;
  /** Values files; a later one overrides an earlier one. */
  readonly files?: readonly string[];
  /** Values that override all files. */
  readonly values?: Values;
}

/** A rendered chart, as text and as objects. */
export interface Rendered {
  readonly text: string;
  readonly manifests: readonly Manifest[];
}

/**
 * Renders a chart.
 *
 * @throws {GitopsError} `invalid` with Helm's message if the chart refuses the values, or if the output is
 *   not a list of Kubernetes objects
 */
export async function renderChart(helm: Helm, chart: Chart): Promise<Rendered> {
  const { ok, stdout, stderr } = await withValuesFile(chart, (args) => helm(args));
  if (!ok) {
    const name = chart.name ?? chart.chart;
    throw new GitopsError('invalid', `${name} refuses these values:\n${messageOf(stderr)}`, {
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
 * Prints values as JSON that is valid YAML: characters that YAML forbids or treats as line breaks are
 * escaped.
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

/** Helm's message without its advice about --debug, which is for authors of charts. */
function messageOf(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^Use --debug/.test(line))
    .map((line) => `  ${line}`)
    .join('\n');
}
