import { access } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import { readJson } from '../text/validate-text.ts';
import { ENVIRONMENTS } from './environment.ts';
import { GitopsError } from '../error.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** The chart of an app whose `package.json` does not name one. */
export const DEFAULT_CHART = 'deploy/charts/service';

/**
 * The name of the platform, Argo CD's own configuration. It is released and promoted like an app, but without an image,
 * in each environment that has `deploy/environments/<environment>/values.yaml`.
 */
export const PLATFORM = 'platform';

/** Names that an app cannot have: the platform's, and that of the objects that are applied by hand. */
const RESERVED = [PLATFORM, 'root'];

/** The chart of the platform. */
export const PLATFORM_CHART = 'deploy/argocd';

/** The platform, or an app that a commit deploys to an environment: it has `apps/<name>/deploy/<environment>.yaml`. */
export interface App {
  /** The folder name under `apps/`, and the name of the Nx project. */
  name: string;
  /** The chart folder, from the root of the repository. */
  chart: string;
}

const Manifest = Type.Object({
  slipway: Type.Optional(
    Type.Object({ chart: Type.Optional(Type.String({ pattern: '^(?!/)(?!.*\\.\\.)[\\w./-]+$' })) }),
  ),
});

/** The folder of an app. */
export const appFolder = (app: string): string => (app === PLATFORM ? PLATFORM_CHART : `apps/${app}`);

/** The folder with an app's values. */
export const deployFolder = (app: string): string =>
  app === PLATFORM ? ENVIRONMENTS : `${appFolder(app)}/deploy`;

/** The file with an app's values in one environment; without it the app is not deployed there. */
export const deployFile = (app: string, environment: string): string =>
  `${deployFolder(app)}/${environment}${app === PLATFORM ? '/values' : ''}.yaml`;

/**
 * The apps that a commit deploys to an environment, and the platform, sorted.
 *
 * @throws {GitopsError} `invalid` for a `package.json` whose `slipway` block breaks the schema, and for an app that
 *   has the platform's name
 */
export async function appsAt(checkout: Checkout, commit: Commit, environment: string): Promise<App[]> {
  const files = await checkout.listFiles(commit, 'apps');
  const names = deployedNames(files, environment);
  const reserved = names.find((name) => RESERVED.includes(name));
  if (reserved !== undefined) {
    throw new GitopsError('invalid', `apps/${reserved} has a reserved name. Rename the app.`, {
      value: reserved,
    });
  }
  const apps = await Promise.all(names.map((name) => appAt(checkout, files, name)));
  const hasPlatform = await deploysPlatform(checkout, commit, environment);
  const platform = hasPlatform ? [{ name: PLATFORM, chart: PLATFORM_CHART }] : [];
  return [...apps, ...platform].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function appAt(checkout: Checkout, files: ReadonlyMap<string, string>, name: string): Promise<App> {
  const file = `${appFolder(name)}/package.json`;
  const id = files.get(file);
  const text = (id && (await checkout.readText(id))) ?? '{}';
  return { name, chart: readJson(Manifest, text, file).slipway?.chart ?? DEFAULT_CHART };
}

async function deploysPlatform(checkout: Checkout, commit: Commit, environment: string): Promise<boolean> {
  const files = [`${PLATFORM_CHART}/Chart.yaml`, deployFile(PLATFORM, environment)];
  const found = await Promise.all(files.map((file) => checkout.objectId(commit, file)));
  return found.every((id) => id !== undefined);
}

function deployedNames(files: ReadonlyMap<string, string>, environment: string): string[] {
  const suffix = `/deploy/${environment}.yaml`;
  return [...files.keys()].flatMap((file) => {
    const name = file.split('/')[1] as string;
    return file === `apps/${name}${suffix}` ? [name] : [];
  });
}

/** Whether the work tree deploys an app to an environment. */
export async function isDeployedTo(root: string, app: string, environment: string): Promise<boolean> {
  return access(join(root, deployFile(app, environment))).then(
    () => true,
    () => false,
  );
}
