import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Helm,
  type Manifest,
  parseManifests,
  templateArguments,
  type Values,
  valuesFile,
} from '@slipway/gitops/render';

/** One set of values was rendered, or refused in Helm's words. */
export type Outcome =
  | { readonly manifests: readonly Manifest[]; readonly refusal?: never }
  | { readonly manifests?: never; readonly refusal: string };

/** The chart and the release name of all sets of values. */
export interface Batch {
  readonly chart: string;
  readonly release: string;
}

/**
 * Renders a chart with many sets of values, a few Helm processes in all: each set becomes a dependency of a temporary
 * chart, under its own alias. The sets that Helm refuses are removed, and the rest is rendered again.
 */
export async function renderMany(helm: Helm, batch: Batch, sets: readonly Values[]): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-check-'));
  try {
    await mkdir(join(folder, 'charts'));
    const scenarios = join(batch.chart, 'ci');
    const filter = (path: string) => path !== scenarios; // or Helm would read them for each set of values
    await cp(batch.chart, join(folder, 'charts/service'), { recursive: true, filter });
    return await renderAll(
      helm,
      folder,
      batch.release,
      new Map(sets.map((values, at) => [aliasOf(at), values])),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const aliasOf = (at: number): string => `v${at}`;

async function renderAll(
  helm: Helm,
  folder: string,
  release: string,
  sets: ReadonlyMap<string, Values>,
): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  for (let rest = new Map(sets); rest.size > 0;) {
    const { ok, stdout, stderr } = await helmTemplate(helm, folder, release, rest);
    const found = ok ? renderedByAlias(stdout, rest) : refusalsByAlias(stderr, rest);
    for (const [alias, outcome] of found) outcomes.set(alias, outcome);
    rest = new Map([...rest].filter(([alias]) => !found.has(alias)));
  }
  return [...sets.keys()].map((alias) => outcomes.get(alias) as Outcome);
}

async function helmTemplate(helm: Helm, folder: string, release: string, sets: ReadonlyMap<string, Values>) {
  const dependencies = [...sets.keys()].map((alias) => ({ name: 'service', version: '*', alias }));
  const chart = { apiVersion: 'v2', name: 'batch', version: '0.0.0', dependencies };
  const values = join(folder, 'values-of-all.json');
  await writeFile(join(folder, 'Chart.yaml'), valuesFile(chart));
  await writeFile(values, valuesFile(Object.fromEntries(sets)));
  return helm(templateArguments(folder, release, [values]));
}

/** A comment in each document names the chart, and so the alias, that it comes from. */
function renderedByAlias(stdout: string, sets: ReadonlyMap<string, Values>): Map<string, Outcome> {
  const manifests = new Map([...sets.keys()].map((alias): [string, Manifest[]] => [alias, []]));
  const parsed = new Map<string, Manifest[]>(); // most sets of values differ in few objects
  for (const document of stdout.split(/^---\n(?=# Source: batch\/charts\/)/m).slice(1)) {
    const [source = '', alias = ''] = /^# Source: batch\/charts\/([^/]+)\/.*\n/.exec(document) ?? [];
    const text = document.slice(source.length);
    const objects = parsed.get(text) ?? parseManifests(text);
    parsed.set(text, objects);
    manifests.get(alias)?.push(...objects);
  }
  return new Map([...manifests].map(([alias, objects]) => [alias, { manifests: objects }]));
}

/** Helm lists the breaches of the schema under each alias; if a template fails, it names the first file. */
function refusalsByAlias(stderr: string, sets: ReadonlyMap<string, Values>): Map<string, Outcome> {
  const refused = new Map<string, Outcome>();
  for (const section of stderr.split(/^(?=v\d+:$)/m)) {
    const alias = /^(v\d+):\n/.exec(section)?.[1];
    if (alias !== undefined && sets.has(alias)) refused.set(alias, { refusal: section });
  }
  const failed = /batch\/charts\/(v\d+)\//.exec(stderr)?.[1];
  if (refused.size === 0 && failed !== undefined) refused.set(failed, { refusal: stderr });
  if (refused.size === 0) throw new Error(`Helm refuses the values without naming an alias:\n${stderr}`);
  return refused;
}
