import type { BundleFile } from './bundle.ts';
import { readWhole } from '../disk/chunks.ts';
import { processors } from './native-addons.ts';
import type { Platform } from '../oci/schemas.ts';

/** Whether something is of use on a platform. */
type Suits = (platform: Platform) => boolean;

/** For which platforms a file is; `undefined` for what is the same everywhere. */
export type PlatformRules = (path: string) => Suits | undefined;

/** Where the host's Node runs the image, the platform is the host's, and nothing is left out. */
export const noRules: PlatformRules = () => undefined;

const manifest = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/;

/** Where prebuildify puts native addons, and node-gyp-build finds them: `prebuilds/linux-x64/`, `prebuilds/darwin-x64+arm64/`. */
const prebuild =
  /(?:^|\/)node_modules\/.*\/prebuilds\/(aix|android|darwin|freebsd|linux|openbsd|sunos|win32)-([a-z0-9+]+)\//;

/**
 * Tells for which platforms a file of the bundle is: that of a package whose manifest names systems or processors
 * (`os`, `cpu`, as npm reads them), and a prebuilt addon. Packages with native code bring those of every platform.
 */
export function platformRules(files: readonly BundleFile[]): PlatformRules {
  const packages = files.flatMap((file): [string, Suits][] => {
    if (file.type !== 'file' || !manifest.test(file.path)) return [];
    const suits = packageRule(file.file);
    return suits ? [[file.path.slice(0, -'package.json'.length), suits]] : [];
  });
  return (path) => {
    const [, os, cpus] = prebuild.exec(path) ?? [];
    if (os !== undefined && cpus !== undefined)
      return (platform) => platform.os === os && cpus.split('+').includes(cpuOf(platform));
    const rules = packages.flatMap(([folder, suits]) => (path.startsWith(folder) ? [suits] : []));
    return rules.length > 0 ? (platform) => rules.every((suits) => suits(platform)) : undefined;
  };
}

function packageRule(file: string): Suits | undefined {
  const text = readWhole(file).toString();
  // Of thousands of manifests few name a platform.
  if (!/"(?:os|cpu)"\s*:/.test(text)) return undefined;
  try {
    const { os, cpu } = JSON.parse(text) as Record<string, unknown>;
    if (os === undefined && cpu === undefined) return undefined;
    return (platform) => allows(os, platform.os) && allows(cpu, cpuOf(platform));
  } catch {
    // A broken manifest restricts nothing.
    return undefined;
  }
}

/** npm's rule: nothing that is refused with `!`, and one of the others, where there are others. */
function allows(list: unknown, name: string): boolean {
  const names = [list].flat().filter((item) => typeof item === 'string');
  const wanted = names.filter((item) => !item.startsWith('!') && item !== 'any');
  return !names.includes(`!${name}`) && (wanted.length === 0 || wanted.includes(name));
}

function cpuOf({ architecture }: Platform): string {
  return processors[architecture]?.npm ?? architecture;
}
