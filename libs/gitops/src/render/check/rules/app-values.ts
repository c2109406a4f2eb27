import { parse } from 'yaml';
import { deployFolder } from '../../workspace/app.ts';
import { GitopsError } from '../../error.ts';
import type { Checkout } from '../../checkout/checkout.ts';
import type { Commit } from '../../git/commit.ts';
import type { Manifest } from '../helm/manifest.ts';
import type { Problem } from './problem.ts';

/** Values that are not the app's to set, and whose they are. */
const NOT_THE_APPS = {
  image: 'the release sets it',
  environment: 'the platform sets it, in deploy/environments/',
} as const;

/** What an app's own values files have at their top. */
type AppValues = { readonly file: string; readonly values: Readonly<Record<string, unknown>> };

/**
 * What is wrong with the values that an app writes itself, which no schema can tell.
 *
 * @param manifests what they render
 * @param hasPlatform whether the environment has an Argo CD, and so might have a gateway
 */
export async function appValuesProblems(
  checkout: Checkout,
  commit: Commit,
  app: string,
  environment: string,
  manifests: readonly Manifest[],
  hasPlatform: boolean,
): Promise<Problem[]> {
  const files = ['values', environment].map((name) => `${deployFolder(app)}/${name}.yaml`);
  const written = await Promise.all(files.map((file) => readValues(checkout, commit, file)));
  return [...written.flatMap(notTheApps), ...(hasPlatform ? unrouted(written, environment, manifests) : [])];
}

async function readValues(checkout: Checkout, commit: Commit, file: string): Promise<AppValues> {
  const text = (await checkout.readFile(commit, file)) ?? '';
  try {
    return { file, values: (parse(text) ?? {}) as AppValues['values'] };
  } catch (cause) {
    throw new GitopsError('invalid', `${file} is not valid YAML: ${(cause as Error).message}`, { cause });
  }
}

function notTheApps({ file, values }: AppValues): Problem[] {
  return Object.entries(NOT_THE_APPS)
    .filter(([key]) => key in values)
    .map(([key, whose]) => ({ place: file, message: `sets ${key}: take it out, ${whose}` }));
}

/** Public paths in an environment that routes nothing would be a service that nobody reaches, and nothing would say so. */
function unrouted(
  written: readonly AppValues[],
  environment: string,
  manifests: readonly Manifest[],
): Problem[] {
  const paths = written.map(({ values }) => (values['route'] as { paths?: unknown[] } | undefined)?.paths);
  const wanted = paths.findLast((list) => list !== undefined)?.length ?? 0;
  if (wanted === 0 || manifests.some(({ kind }) => kind === 'HTTPRoute')) return [];
  const message =
    `has public paths (route.paths), but ${environment} has no gateway: set environment.domain and environment.gateway.name ` +
    `in deploy/environments/${environment}/values.yaml, or route.paths: [] in ${written.at(-1)?.file}`;
  return [{ place: written[paths.findLastIndex((list) => list !== undefined)]?.file ?? '', message }];
}
