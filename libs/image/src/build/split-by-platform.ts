import { posix } from 'node:path';
import type { BundleFile } from './bundle.ts';
import { ImageError } from '../error.ts';
import { layerNames, type AppLayer } from './layers.ts';
import { processors } from './native-addons.ts';
import { platformName, type Platform } from '../oci/schemas.ts';
import { platformRules, type PlatformRules } from './platform-packages.ts';

/** The folder of a bundle whose folders are for one platform each: `platforms/linux-arm64/node_modules/…`. */
const folder = /^platforms\/([^/]+)\/(.+)$/;

/** The files of a bundle by who gets them. */
interface SplitFiles {
  /** For every platform. */
  shared: BundleFile[];
  /** For this platform alone, by the paths that they have in the image. */
  ownOf(platform: Platform): BundleFile[];
}

/**
 * Takes what is for one platform out of a bundle: packages with native code, installed for that platform
 * (`npm ci --os=linux --cpu=arm64`), and what packages themselves say is for some platforms only. Paths in the image
 * do not name the platform. What no image needs is left out.
 * @param ruleOf @default what packages say
 * @throws ImageError `bundle-refused`
 */
export function splitByPlatform(
  files: readonly BundleFile[],
  ruleOf: PlatformRules = platformRules(files),
): SplitFiles {
  const shared: BundleFile[] = [];
  const ruled: { file: BundleFile; suits: (platform: Platform) => boolean }[] = [];
  const own = new Map<string, BundleFile[]>();
  for (const file of files) {
    const [, name, path] = folder.exec(file.path) ?? [];
    const suits = ruleOf(file.path);
    if (name !== undefined && path !== undefined)
      own.set(name, [...(own.get(name) ?? []), { ...moved(file, name), path }]);
    else if (suits) ruled.push({ file, suits });
    else shared.push(file);
  }
  const paths = new Set(shared.map(({ path }) => path));
  const twice = [...own]
    .flatMap(([name, list]) => list.map(({ path }) => ({ name, path })))
    .find(({ path }) => paths.has(path));
  if (twice)
    throw refused(`platforms/${twice.name}/${twice.path}`, 'is also in the part for all platforms: keep one');
  return {
    shared,
    ownOf: (platform) => [
      ...(own.get(platformName(platform).replaceAll('/', '-')) ?? []),
      ...ruled.flatMap(({ file, suits }) => (suits(platform) ? [file] : [])),
    ],
  };
}

/** A shared layer comes before the platform's own of the same name. */
export function inOrder(shared: readonly AppLayer[], own: readonly AppLayer[]): AppLayer[] {
  return layerNames.flatMap((name) => [...shared, ...own].filter((layer) => layer.name === name));
}

function moved(file: BundleFile, name: string): BundleFile {
  const [, architecture = ''] = name.split('-');
  if (!Object.hasOwn(processors, architecture)) {
    const known = Object.keys(processors).join(', ');
    throw refused(file.path, `is for no platform: name the folder "linux-" and one of ${known}`);
  }
  if (file.type === 'file') return file;
  const inside = posix.relative(`platforms/${name}`, posix.join(posix.dirname(file.path), file.target));
  if (!inside.startsWith('..')) return file;
  throw refused(file.path, `is a link out of "platforms/${name}": copy the file instead of linking it`);
}

function refused(path: string, reason: string): ImageError {
  return new ImageError('bundle-refused', `"${path}" in the bundle ${reason}`, { value: path });
}
