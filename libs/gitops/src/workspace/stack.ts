import { access } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import { readJson } from '../text/validate-text.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** The folder with the stacks of all environments, relative to the root of the repository. */
const STACKS = 'infra';

/** A stack of an environment: it has `infra/<environment>/<stack>/Pulumi.yaml`. */
export interface Stack {
  /** The name of the Nx project: `<environment>-<stack>`, because each environment may have a `cluster`. */
  name: string;
  /** The folder, from the root of the repository. */
  folder: string;
  /** If true, only `slipway stack deploy` by a person applies it, not a run: for what an admin does once. */
  byHand: boolean;
}

const Manifest = Type.Object({
  slipway: Type.Optional(Type.Object({ apply: Type.Optional(Type.Enum(['by-run', 'by-hand'])) })),
});

/** The name of the Nx project of a stack. */
export const stackProject = (environment: string, stack: string): string => `${environment}-${stack}`;

/** The Nx project of a stack, by the name of the project or of its folder. */
export const stackOf = (environment: string, name: string): string =>
  name.startsWith(`${environment}-`) ? name : stackProject(environment, name);

/** The folder of a stack. */
const stackFolder = (environment: string, stack: string): string => `${STACKS}/${environment}/${stack}`;

/**
 * The stacks that an environment has at a commit, sorted.
 *
 * @throws {GitopsError} `invalid` for a `package.json` whose `slipway` block breaks the schema
 */
export async function stacksAt(checkout: Checkout, commit: Commit, environment: string): Promise<Stack[]> {
  const files = await checkout.listFiles(commit, `${STACKS}/${environment}`);
  const names = [...files.keys()].flatMap((file) => {
    const name = file.split('/')[2] as string;
    return file === `${stackFolder(environment, name)}/Pulumi.yaml` ? [name] : [];
  });
  return Promise.all(names.sort().map((name) => stackAt(checkout, commit, environment, name)));
}

async function stackAt(
  checkout: Checkout,
  commit: Commit,
  environment: string,
  name: string,
): Promise<Stack> {
  const folder = stackFolder(environment, name);
  const file = `${folder}/package.json`;
  const text = (await checkout.readFile(commit, file)) ?? '{}';
  const byHand = readJson(Manifest, text, file).slipway?.apply === 'by-hand';
  return { name: stackProject(environment, name), folder, byHand };
}

/** Whether a project is a stack of an environment in the work tree. */
export async function isStackOf(root: string, project: string, environment: string): Promise<boolean> {
  const name = project.startsWith(`${environment}-`) ? project.slice(environment.length + 1) : undefined;
  if (name === undefined) return false;
  return access(join(root, stackFolder(environment, name), 'Pulumi.yaml')).then(
    () => true,
    () => false,
  );
}
