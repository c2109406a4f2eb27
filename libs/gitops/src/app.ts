import { access } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import { readJson } from './door.ts';
import type { Commit, Source } from './source.ts';

/** The chart of an app that names none in its `package.json`. */
export const DEFAULT_CHART = 'deploy/charts/service';

/** An app that a commit deploys to an environment: `apps/<name>/deploy/<environment>.yaml` is there. */
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
export const appFolder = (app: string): string => `apps/${app}`;

/** The folder with an app's values. */
export const deployFolder = (app: string): string => `apps/${app}/deploy`;

/**
 * The apps that `commit` deploys to an environment, sorted.
 *
 * @throws {GitopsError} `invalid` for a `package.json` whose `slipway` block breaks the schema
 */
export async function appsAt(source: Source, commit: Commit, environment: string): Promise<App[]> {
  const names = await deployedNames(source, commit, environment);
  return Promise.all(
    names.map(async (name) => {
      const file = `${appFolder(name)}/package.json`;
      const text = (await source.readFile(commit, file)) ?? '{}';
      return { name, chart: readJson(Manifest, text, file).slipway?.chart ?? DEFAULT_CHART };
    }),
  );
}

async function deployedNames(source: Source, commit: Commit, environment: string): Promise<string[]> {
  const files = await source.listFiles(commit, 'apps');
  const suffix = `/deploy/${environment}.yaml`;
  return files.flatMap((file) => {
    const name = file.split('/')[1] as string;
    return file === `apps/${name}${suffix}` ? [name] : [];
  });
}

/** Whether the work tree deploys an app to an environment. */
export async function isDeployedTo(root: string, app: string, environment: string): Promise<boolean> {
  return access(join(root, deployFolder(app), `${environment}.yaml`)).then(
    () => true,
    () => false,
  );
}
