import type { Base } from '../base/base.ts';
import type { BundleFile } from './bundle.ts';
import { elfMachine } from '../base/elf.ts';
import { ImageError } from '../error.ts';
import { compareVersions, glibcNeededBy, glibcOf } from '../base/glibc.ts';
import { platformName, type Platform } from '../oci/schemas.ts';

/** `e_machine` (ELF gABI and processor supplements) and npm's name, by OCI's name of a processor. */
export const processors: Readonly<Record<string, { machine: number; npm: string }>> = {
  '386': { machine: 3, npm: 'ia32' },
  amd64: { machine: 62, npm: 'x64' },
  arm: { machine: 40, npm: 'arm' },
  arm64: { machine: 183, npm: 'arm64' },
  loong64: { machine: 258, npm: 'loong64' },
  ppc64le: { machine: 21, npm: 'ppc64' },
  riscv64: { machine: 243, npm: 'riscv64' },
  s390x: { machine: 22, npm: 's390x' },
};

/**
 * Refuses native addons (`*.node`) that cannot be loaded on one of the platforms. All platforms share the
 * bundle, and the failure would otherwise only appear in the cluster. Unknown processors are not checked;
 * glibc is not checked if the version of the base is unknown.
 * @throws ImageError `bundle-refused`
 */
export async function assertNativeAddons(
  files: readonly BundleFile[],
  bases: readonly Base[],
): Promise<void> {
  for (const item of files) {
    if (item.type !== 'file' || !item.path.endsWith('.node')) continue;
    const machine = await elfMachine(item.file);
    for (const { platform } of bases) {
      const expected = processors[platform.architecture];
      if (expected && machine !== expected.machine) throw refused(item.path, machine, platform, expected.npm);
    }
    const needed = await glibcNeededBy(item.file);
    if (needed !== undefined) for (const base of bases) assertGlibc(item.path, needed, base);
  }
}

function assertGlibc(path: string, needed: string, base: Base): void {
  const found = glibcOf(base);
  if (found === undefined || compareVersions(needed, found) <= 0) return;
  throw new ImageError(
    'bundle-refused',
    `"${path}" in the bundle needs glibc ${needed}, but the base ${base.name} has ${found}: use a newer base, or ` +
      'install a build for an older system',
    { value: path },
  );
}

function refused(path: string, machine: number | undefined, platform: Platform, npm: string): ImageError {
  const [known] = Object.entries(processors).find(([, processor]) => processor.machine === machine) ?? [];
  const found =
    machine === undefined ? 'is not an ELF file' : `is made for ${known ?? `ELF machine ${machine}`}`;
  return new ImageError(
    'bundle-refused',
    `"${path}" in the bundle ${found} and cannot be loaded on ${platformName(platform)}: install it for that ` +
      `platform ("npm ci --os=linux --cpu=${npm}"), remove it, or move it to "platforms/<os>-<processor>/" in the bundle`,
    { value: path },
  );
}
