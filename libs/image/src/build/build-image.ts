import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { sortedBases, type Base } from '../base/base.ts';
import { addDocument } from '../layout/blob-folder.ts';
import { readBundle, type BundleFile } from './bundle.ts';
import { imageConfig } from './image-config.ts';
import { ImageError } from '../error.ts';
import { canonicalJson } from '../json/canonical.ts';
import { writeLayers, type AppLayer } from './layers.ts';
import { blobsOf, layoutNames, writeLayoutFiles } from '../layout/layout-files.ts';
import { assertNativeAddons } from './native-addons.ts';
import { mediaTypes, type Descriptor } from '../oci/schemas.ts';
import { inOrder, splitByPlatform } from './split-by-platform.ts';
import { noRules, platformRules } from './platform-packages.ts';
import { replaceFolder } from '../disk/replace-file.ts';
import { imageResult, type PlatformManifest } from './image-result.ts';
import { resultFile, type ImageResult, sbomFile } from '../layout/image-json.ts';
import { bundleSbom } from './sbom.ts';

/** `base` for one platform or `bases` for several, made by `embeddedBase`, `pinnedBase` or `pinnedBases`. */
export type BuildOptions = CommonOptions & (OnePlatform | SeveralPlatforms);

interface OnePlatform {
  base: Base;
  bases?: never;
}

interface SeveralPlatforms {
  base?: never;
  /** One base per platform, all of the same image, in any order. */
  bases: readonly Base[];
}

interface CommonOptions {
  /** Folder with the bundled application. */
  bundle: string;
  /** Folder for the sparse OCI layout. It is replaced as a whole, and only after a successful build. */
  output: string;
  /** Label `org.opencontainers.image.title`. @default name of the bundle folder; for `dist`, of its parent */
  name?: string;
  /** File of the bundle that Node starts. @default 'main.mjs' */
  entry?: string;
  /** Adds source maps in a separate layer and makes Node use them. @default false: they are left out */
  sourceMaps?: boolean;
  /** Additional labels. A commit or a time in a label changes the digest with every build. */
  labels?: Record<string, string>;
  /** Paths in the bundle that look like secrets but are public. The result lists them. */
  allow?: string[];
  /** Writes an SBOM beside `image.json`. `root`: the folder in which esbuild ran. @default no SBOM */
  metafile?: { file: string; root: string };
  /**
   * Timestamp of every file and of the configuration, in seconds since 1970.
   * @default the environment variable SOURCE_DATE_EPOCH (reproducible-builds.org), else 0
   */
  epoch?: number;
}

/**
 * Builds an image from a bundle: a sparse OCI layout with the blobs of the application and references to
 * those of the base. All platforms share the application's layers; the index lists the platforms in sorted
 * order. The same bundle, base, options and zlib version give the same digest on any machine. Works offline.
 * @throws ImageError `bundle-refused`, `secret-refused`, `entry-missing`, `invalid-input`, `write-failed`
 */
export async function buildImage(options: BuildOptions): Promise<ImageResult> {
  const { entry = 'main.mjs', sourceMaps = false, allow = [] } = options;
  const epoch = options.epoch ?? sourceDateEpoch(process.env['SOURCE_DATE_EPOCH']);
  const bases = sortedBases(options.bases ?? [options.base]);
  const files = await readBundle(options.bundle, allow);
  const onHost = bases.some(({ hostNode }) => hostNode);
  const { shared, ownOf } = splitByPlatform(files, onHost ? noRules : platformRules(files));
  assertEntry(shared, entry, options.bundle);
  const checked = bases.filter((base) => !base.hostNode);
  await assertNativeAddons(shared, checked);
  for (const base of checked) await assertNativeAddons(ownOf(base.platform), [base]);
  assertApart(options.bundle, options.output);
  return replaceFolder(
    options.output,
    (names) => names.includes(resultFile) && names.every((name) => ownNames.has(name)),
    async (folder) => {
      const blobs = blobsOf(folder);
      mkdirSync(join(blobs, 'sha256'), { recursive: true });
      const layering = { sourceMaps, mtime: epoch };
      const layers = await writeLayers(blobs, shared, layering);
      const images: PlatformManifest[] = [];
      for (const base of bases) {
        const labels = imageLabels(options, base);
        const own = await writeLayers(blobs, ownOf(base.platform), layering);
        const all = inOrder(layers, own);
        const config = imageConfig({ base, layers: all, entry, labels, created: epoch });
        images.push({ base, own, descriptor: writeManifest(blobs, config, base, all) });
      }
      const root = writeJson(blobs, mediaTypes.index, {
        schemaVersion: 2,
        mediaType: mediaTypes.index,
        manifests: images.map(({ base, descriptor }) => ({ ...descriptor, platform: base.platform })),
      });
      writeLayoutFiles(folder, [root]);
      const allowed = allow.filter((path) => files.some((file) => `${file.path}/`.startsWith(`${path}/`)));
      const result = imageResult(root, images, layers, allowed);
      writeFileSync(join(folder, resultFile), `${JSON.stringify(result, undefined, 2)}\n`);
      const inside = [...shared, ...bases.flatMap(({ platform }) => ownOf(platform))];
      await writeSbom(folder, inside, bases[0], options);
      return result;
    },
  );
}

/** The files of an output folder. A folder with other files is never replaced. */
const ownNames = new Set([resultFile, sbomFile, ...layoutNames]);

async function writeSbom(
  folder: string,
  files: readonly BundleFile[],
  base: Base,
  options: BuildOptions,
): Promise<void> {
  if (!options.metafile) return;
  const { file, root } = options.metafile;
  const sbom = await bundleSbom({ name: titleOf(options), metafile: file, root, files, base });
  writeFileSync(join(folder, sbomFile), sbom);
}

function writeManifest(blobs: string, config: object, base: Base, layers: readonly AppLayer[]): Descriptor {
  return writeJson(blobs, mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: writeJson(blobs, mediaTypes.config, config),
    layers: [...base.layers, ...layers.map((layer) => layer.descriptor)],
  });
}

function writeJson(blobs: string, mediaType: string, value: object): Descriptor {
  return { mediaType, ...addDocument(blobs, canonicalJson(value)) };
}

function titleOf({ bundle, name }: BuildOptions): string {
  const folder = resolve(bundle);
  return name ?? basename(basename(folder) === 'dist' ? resolve(folder, '..') : folder);
}

function imageLabels(options: BuildOptions, base: Base): Record<string, string> {
  return {
    'org.opencontainers.image.title': titleOf(options),
    'org.opencontainers.image.base.name': base.name,
    ...(base.digest ? { 'org.opencontainers.image.base.digest': base.digest } : {}),
    ...options.labels,
  };
}

function assertEntry(files: readonly BundleFile[], entry: string, bundle: string): void {
  if (files.some((item) => item.path === entry)) return;
  throw new ImageError(
    'entry-missing',
    `"${bundle}" has no file "${entry}": build it, or name another entry`,
    { value: entry },
  );
}

/** An output in the bundle would be packed by the next build; a bundle in the output would be deleted. */
function assertApart(bundle: string, output: string): void {
  const [from, to] = [resolve(bundle) + sep, resolve(output) + sep];
  if (!from.startsWith(to) && !to.startsWith(from)) return;
  throw new ImageError(
    'invalid-input',
    `the output "${output}" and the bundle "${bundle}" overlap: give another output`,
    { value: output },
  );
}

function sourceDateEpoch(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds < 8 ** 11) return seconds;
  throw new ImageError('invalid-input', `SOURCE_DATE_EPOCH is "${text}": expected whole seconds since 1970`, {
    value: text,
  });
}
