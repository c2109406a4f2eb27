import { existsSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Manifest } from '../../helm/manifest.ts';
import type { FieldProblems, Model } from './model.ts';
import { targetGroupConfiguration } from './target-group-configuration.ts';
import { unreadFields } from './unread-fields.ts';

/** The npm packages with the schemas of API groups that are not part of Kubernetes; the others are in `kubernetes-models`. */
const PACKAGES: Readonly<Record<string, string>> = {
  'argoproj.io': '@kubernetes-models/argo-cd',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
};

/** Kinds that no npm package has. */
const OWN: Readonly<Record<string, Model>> = {
  'gateway.k8s.aws/v1 TargetGroupConfiguration': targetGroupConfiguration,
};

type FolderOf = (packageName: string) => string | undefined;

/** The schemas of some kinds. They come from optional peers, which a job that only releases does not install. */
export interface Models {
  /** The schema of an object's kind; undefined if there is none, or its package is not installed. */
  of(manifest: Manifest): Model | undefined;
  /** The package that would have the schema, if it is not installed. */
  missingPackage(manifest: Manifest): string | undefined;
}

/**
 * Loads the schemas of the kinds of some objects.
 *
 * @param folderOf the folder of a package, undefined if it is not installed. @default as Node finds it from here
 */
export async function loadModels(
  manifests: readonly Manifest[],
  folderOf: FolderOf = packageFolder,
): Promise<Models> {
  const kinds = new Map(manifests.map((manifest) => [kindOf(manifest), manifest]));
  const loaded = await Promise.all(
    [...kinds].map(async ([kind, manifest]) => [kind, await load(manifest, folderOf)] as const),
  );
  const models = new Map(loaded);
  return {
    of: (manifest) => models.get(kindOf(manifest)),
    missingPackage: (manifest) => {
      const name = packageOf(manifest);
      return kindOf(manifest) in OWN || folderOf(name) !== undefined ? undefined : name;
    },
  };
}

const kindOf = ({ apiVersion, kind }: Manifest): string => `${apiVersion} ${kind}`;

const packageOf = ({ apiVersion }: Manifest): string =>
  PACKAGES[apiVersion.split('/')[0] as string] ?? 'kubernetes-models';

function packageFolder(name: string): string | undefined {
  try {
    return dirname(findPackageJSON(name, import.meta.url) as string);
  } catch {
    return undefined;
  }
}

async function load(manifest: Manifest, folderOf: FolderOf): Promise<Model | undefined> {
  const { apiVersion, kind } = manifest;
  const folder = folderOf(packageOf(manifest));
  const isName = /^[a-z0-9][a-z0-9.-]*(\/[a-z0-9]+)?$/.test(apiVersion) && /^[A-Za-z0-9]+$/.test(kind);
  if (kindOf(manifest) in OWN || folder === undefined || !isName) return OWN[kindOf(manifest)];
  const file = join(folder, apiVersion, `${kind}.js`);
  if (!existsSync(file)) return undefined;
  const module = (await import(pathToFileURL(file).href)) as Record<string, ModelClass | undefined>;
  const model = module[kind];
  return model && ((object) => fieldProblems(model, object));
}

/** A class of kubernetes-models. Its compiled schema validates `this`, and throws one error with every problem. */
interface ModelClass {
  readonly prototype: { validate(this: object): void };
}

function fieldProblems({ prototype }: ModelClass, manifest: Manifest): FieldProblems {
  const wrong: string[] = [];
  const unknown = unreadFields(manifest, (watched) => {
    try {
      prototype.validate.call(watched);
    } catch (error) {
      wrong.push((error as Error).message);
    }
  });
  return { wrong, unknown: unknown.filter((path) => !LOST.test(path)) };
}

/** Fields that these packages lose when they compile a schema, because keywords of JSON Schema have the same names. */
const LOST = /\/(description|x-kubernetes-[a-z-]+)$/;
