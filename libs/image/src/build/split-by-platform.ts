import { posix } from 'node:path';
import type { BundleFile } from './bundle.ts';
import { ImageError } from '../error.ts';
import { layerNames, type AppLayer } from './layers.ts';
import { processors } from './native-addons.ts';
import { platformName, type Platform } from '../oci/schemas.ts';
import { platformRules, type PlatformRules } from './platform-packages.ts';

/** Files in these folders of a bundle are for one platform: `platforms/linux-arm64/node_modules/…`. */
const folder = /^platforms\/([^/]+)\/(.+)$/;

/** The files of a bundle by platform. */
interface SplitFiles {
  /** For every platform. */
  shared: BundleFile[];
  /** Files for this platform only, with their paths in the image. */
  ownOf(platform: Platform): BundleFile[];
}

/**
 * Separates the files of a bundle that are not for all platforms: those in `platforms/`, such as packages
 * installed with `npm ci --os=linux --cpu=arm64`, and those that `ruleOf` restricts. Paths in the image do
 * not contain the platform. Files that no platform of the image uses are left out.
 * @param ruleOf @default the rules of the packages' manifests
 * @throws ImageError `bundle-refused`
 */
export function splitByPlatform(
  files: readonly BundleFile[],
  ruleOf: PlatformRules = platformRules(files),
): SplitFiles {
  const shared: BundleFile[] = [];
  const restricted: { file: BundleFile; appliesTo: (platform: Platform) => boolean }[] = [];
  const own = new Map<string, BundleFile[]>();
  for (const file of files) {
    const [, name, path] = folder.exec(file.path) ?? [];
    const appliesTo = ruleOf(file.path);
    if (name !== undefined && path !== undefined)
      own.set(name, [...(own.get(name) ?? []), { ...checkPlatformFile(file, name), path }]);
    else if (appliesTo) restricted.push({ file, appliesTo });
    else shared.push(file);
  }
  const paths = new Set(shared.map(({ path }) => path));
  const duplicate = [...own]
    .flatMap(([name, list]) => list.map(({ path }) => ({ name, path })))
    .find(({ path }) => paths.has(path));
  if (duplicate)
    throw refused(`platforms/${duplicate.name}/${duplicate.path}`, 'is also in the bundle: keep one of both');
  return {
    shared,
    ownOf: (platform) => [
      ...(own.get(platformName(platform).replaceAll('/', '-')) ?? []),
      ...restricted.flatMap(({ file, appliesTo }) => (appliesTo(platform) ? [file] : [])),
    ],
  };
}

/** Orders layers by name; a shared layer comes before the platform's layer of the same name. */
export function inOrder(shared: readonly AppLayer[], own: readonly AppLayer[]): AppLayer[] {
  return layerNames.flatMap((name) => [...shared, ...own].filter((layer) => layer.name === name));
}

function checkPlatformFile(file: BundleFile, name: string): BundleFile {
  const [, architecture = ''] = name.split('-');
  if (!Object.hasOwn(processors, architecture)) {
    const known = Object.keys(processors).join(', ');
    throw refused(file.path, `has no known platform: name the folder "linux-" and one of ${known}`);
  }
  if (file.type === 'file') return file;
  const inside = posix.relative(`platforms/${name}`, posix.join(posix.dirname(file.path), file.target));
  if (!inside.startsWith('..')) return file;
  throw refused(file.path, `is a link out of "platforms/${name}": copy the file instead of linking it`);
}

function refused(path: string, reason: string): ImageError {
  return new ImageError('bundle-refused', `"${path}" in the bundle ${reason}`, { value: path });
}
