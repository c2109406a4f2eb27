import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as Type from 'typebox';
import type { Base } from '../base/base.ts';
import type { BundleFile } from './bundle.ts';
import { readWhole } from '../disk/read-chunks.ts';
import { hexOf } from '../oci/digest.ts';
import { readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { canonicalJson } from '../json/canonical.ts';
import { packageHashes } from './npm-lockfile.ts';

/** The parts of esbuild's metafile (`--metafile`) that are read. */
const MetafileSchema = Type.Object({
  outputs: Type.Record(
    Type.String(),
    Type.Object({
      inputs: Type.Record(Type.String(), Type.Object({ bytesInOutput: Type.Integer({ minimum: 0 }) })),
    }),
  ),
});

const PackageSchema = Type.Object({
  name: Type.String({ minLength: 1 }),
  version: Type.String({ minLength: 1 }),
  license: Type.Optional(Type.Unknown()),
});
type Package = Type.Static<typeof PackageSchema>;
/** `hash`: SHA-512 of the archive that the package was installed from, in hex. */
type Hashed = Package & { hash?: string | undefined };

interface SbomOptions {
  /** Title of the image. */
  name: string;
  /** esbuild's metafile. */
  metafile: string;
  /** Folder in which esbuild ran; the paths of the metafile are relative to it. */
  root: string;
  /** The files of the bundle; packages in its `node_modules/` are listed, too. */
  files: readonly BundleFile[];
  /** The base image: recorded by name; its packages are not listed. */
  base: Base;
}

/**
 * Makes a CycloneDX 1.6 document with exactly the npm packages whose code is in the bundle or in its
 * `node_modules/`; packages that the bundler removed are not listed. Hashes come from the lockfile. The base
 * is listed with its digest, and its Node version if known. Without time and serial number: equal bytes.
 * @throws ImageError `document-invalid`, `blob-missing`
 */
export async function bundleSbom({ name, metafile, root, files, base }: SbomOptions): Promise<Buffer> {
  const remedy = `the metafile "${metafile}" does not exist: run esbuild with --metafile`;
  const text = readWhole(
    metafile,
    (cause) => new ImageError('document-invalid', remedy, { value: metafile, cause }),
  );
  const { outputs } = readJson(MetafileSchema, text, metafile);
  const manifests = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const file = resolve(root, path);
      if (bytesInOutput > 0 && existsSync(file)) manifests.add(await manifestOf(file, resolve(root)));
    }
  }
  manifests.delete(join(resolve(root), 'package.json'));
  for (const file of files) {
    if (file.type === 'file' && /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(file.path))
      manifests.add(file.file);
  }
  const hashOf = packageHashes();
  const packages = await Promise.all(
    [...manifests].filter(Boolean).map(async (manifest): Promise<Hashed[]> => {
      const found = await readPackage(manifest);
      return found ? [{ ...found, hash: await hashOf(manifest, found.version) }] : [];
    }),
  );
  return Buffer.from(canonicalJson(cycloneDx(name, packages.flat(), base)));
}

/** The manifest of a file's package: the nearest one with a name and a version. */
async function manifestOf(file: string, root: string): Promise<string> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    // Folders inside a package may have a manifest with only `type`.
    if (folder === root || (existsSync(manifest) && (await readPackage(manifest)))) return manifest;
    if (folder === dirname(folder)) return '';
  }
}

async function readPackage(manifest: string): Promise<Package | undefined> {
  try {
    return readJson(PackageSchema, await readFile(manifest), manifest);
  } catch {
    return undefined;
  }
}

function cycloneDx(name: string, packages: readonly Hashed[], base: Base): object {
  const byPurl = new Map(packages.map((item) => [purlOf(item), item]));
  const components = [...byPurl]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([purl, item]) => ({ ...component(item), purl, 'bom-ref': purl }));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name, 'bom-ref': name } },
    components: [...components, ...baseComponents(base)],
  };
}

/** The base image, and the Node that runs the application. */
function baseComponents({ kind, name, digest, env }: Base): object[] {
  if (!digest) return [];
  const variable = env.find((pair) => pair.startsWith('NODE_VERSION='))?.slice('NODE_VERSION='.length);
  const node = kind === 'embedded' ? process.versions.node : variable;
  const hashes = [{ alg: 'SHA-256', content: hexOf(digest) }];
  const image = { type: 'container', name, version: digest, hashes, 'bom-ref': `${name}@${digest}` };
  if (node === undefined) return [image];
  const purl = `pkg:generic/node@${node}`;
  return [image, { type: 'platform', name: 'node', version: node, purl, 'bom-ref': purl }];
}

function component({ name, version, license, hash }: Hashed): object {
  const [, group, short = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  const hashes = hash ? { hashes: [{ alg: 'SHA-512', content: hash }] } : {};
  return {
    type: 'library',
    ...(group ? { group } : {}),
    name: short,
    version,
    ...hashes,
    ...licenses(license),
  };
}

/** Package URL of an npm package (purl-spec). The `@` of the scope is escaped. */
function purlOf({ name, version }: Package): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${encodeURIComponent(version)}`;
}

function licenses(license: unknown): object {
  if (typeof license !== 'string' || license === '') return {};
  const isExpression = /^[A-Za-z0-9.+()-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+()-]+)*$/.test(license);
  return { licenses: [isExpression ? { expression: license } : { license: { name: license } }] };
}
