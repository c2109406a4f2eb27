import type { Base } from './base.ts';
import { readElf } from './elf.ts';

/** The glibc versions of Debian's releases (packages.debian.org/libc6), by number and by name. */
const debian: readonly [RegExp, string][] = [
  [/debian11|bullseye/, '2.31'],
  [/debian12|bookworm/, '2.36'],
  [/debian13|trixie/, '2.41'],
];

/** The glibc version of a base, from the Node that runs or from the base's name; undefined if unknown. */
export function glibcOf({ kind, name }: Base): string | undefined {
  if (kind === 'pinned') return debian.find(([expression]) => expression.test(name))?.[1];
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

/** The glibc version that a file needs. Returns undefined if it needs none or cannot be read. */
export async function glibcNeededBy(file: string): Promise<string | undefined> {
  const elf = await readElf(file).catch(() => undefined);
  const versions = elf?.versions.flatMap((version) => /^GLIBC_(\d+\.\d+)/.exec(version)?.[1] ?? []) ?? [];
  return versions.sort(compareVersions).at(-1);
}

/** Compares numerically: `2.9` is before `2.10`. */
export function compareVersions(left: string, right: string): number {
  const [a = [], b = []] = [left, right].map((text) => text.split('.').map(Number));
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}
