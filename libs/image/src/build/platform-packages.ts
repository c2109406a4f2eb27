import type { BundleFile } from './bundle.ts';
import { readWhole } from '../disk/read-chunks.ts';
import { processors } from './native-addons.ts';
import type { Platform } from '../oci/schemas.ts';

/** Whether a file is used on a platform. */
type PlatformFilter = (platform: Platform) => boolean;

/** The platforms of a file. Returns undefined for files of all platforms. */
export type PlatformRules = (path: string) => PlatformFilter | undefined;

/** Leaves out no file: for images that the host's Node runs on the host's platform. */
export const noRules: PlatformRules = () => undefined;

const manifest = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/;

/** Addon folders of prebuildify and node-gyp-build: `prebuilds/linux-x64/`, `prebuilds/darwin-x64+arm64/`. */
const prebuild =
  /(?:^|\/)node_modules\/.*\/prebuilds\/(aix|android|darwin|freebsd|linux|openbsd|sunos|win32)-([a-z0-9+]+)\//;

/**
 * Finds the files of the bundle that are for some platforms only: files of packages with `os` or `cpu` in
 * their manifest (as npm reads them), and prebuilt addons, which packages ship for all platforms.
 */
export function platformRules(files: readonly BundleFile[]): PlatformRules {
  const packages = files.flatMap((file): [string, PlatformFilter][] => {
    if (file.type !== 'file' || !manifest.test(file.path)) return [];
    const appliesTo = packageRule(file.file);
    return appliesTo ? [[file.path.slice(0, -'package.json'.length), appliesTo]] : [];
  });
  return (path) => {
    const [, os, cpus] = prebuild.exec(path) ?? [];
    if (os !== undefined && cpus !== undefined)
      return (platform) => platform.os === os && cpus.split('+').includes(cpuOf(platform));
    const rules = packages.flatMap(([folder, appliesTo]) => (path.startsWith(folder) ? [appliesTo] : []));
    return rules.length > 0 ? (platform) => rules.every((appliesTo) => appliesTo(platform)) : undefined;
  };
}

function packageRule(file: string): PlatformFilter | undefined {
  const text = readWhole(file).toString();
  // Few manifests name a platform, so most are not parsed.
  if (!/"(?:os|cpu)"\s*:/.test(text)) return undefined;
  try {
    const { os, cpu } = JSON.parse(text) as Record<string, unknown>;
    if (os === undefined && cpu === undefined) return undefined;
    return (platform) => allows(os, platform.os) && allows(cpu, cpuOf(platform));
  } catch {
    // An invalid manifest is treated as one without restrictions.
    return undefined;
  }
}

/** npm's rule: the name must not be excluded with `!`, and must be in the list if it has other names. */
function allows(list: unknown, name: string): boolean {
  const names = [list].flat().filter((item) => typeof item === 'string');
  const wanted = names.filter((item) => !item.startsWith('!') && item !== 'any');
  return !names.includes(`!${name}`) && (wanted.length === 0 || wanted.includes(name));
}

function cpuOf({ architecture }: Platform): string {
  return processors[architecture]?.npm ?? architecture;
}
