import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { readElf, type Elf } from './elf.ts';
import { ImageError } from '../error.ts';

/** A library that a program loads: its file on this machine and its path in the image. */
interface SharedLibrary {
  name: string;
  file: string;
  imagePath: string;
}

interface Loaded {
  file: string;
  imagePath: string;
  elf: Elf;
  /** RPATH folders of all files on the way from the program to this file. */
  inherited: Folder[];
}

interface Folder {
  here: string;
  /** Absent for a folder that is only in this machine's configuration. */
  image?: string;
}

/** Loaded by name at run time before glibc 2.34, so no header names them. Other systems do not have them. */
const resolverPlugins = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];

/**
 * Finds the libraries of a program like ld.so(8): in RPATH, RUNPATH, the folders of /etc/ld.so.conf, the
 * built-in folders. The result includes the loader itself.
 *
 * `process.report` is not used, because its list differs in some cases (BENCHMARKS.md). It lists the
 * libraries that this machine loaded: addons of the process and, even in a clean child process,
 * `/etc/ld.so.preload` and the variants for this processor (`glibc-hwcaps`). On musl it omits
 * `libc.musl-*.so.1`. It does not say which path came from `$ORIGIN`, so paths in the image are unknown.
 * @param imagePath the path of the program in the image, for `$ORIGIN`.
 * @throws ImageError `library-missing`, `elf-invalid`
 */
export async function sharedLibraries(program: {
  file: string;
  imagePath: string;
}): Promise<SharedLibrary[]> {
  const elf = await readElf(program.file);
  if (!elf.interpreter) return [];
  const system = await systemFolders(elf.machine);
  const found = new Map<string, SharedLibrary>();
  const loader = basename(elf.interpreter);
  found.set(loader, { name: loader, file: elf.interpreter, imagePath: elf.interpreter });
  const queue: Loaded[] = [{ ...program, elf, inherited: [] }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    for (const name of next.elf.needed) {
      if (found.has(name)) continue;
      const library = await locate(name, next, system);
      found.set(name, { name, file: library.file, imagePath: library.imagePath });
      queue.push(library);
    }
    if (queue.length === 0) queue.push(...(await plugins(found, elf.machine)));
  }
  return addMissingPaths([...found.values()]);
}

async function locate(name: string, parent: Loaded, system: readonly Folder[]): Promise<Loaded> {
  const old = parent.elf.runpath.length > 0 ? [] : expand(parent.elf.rpath, parent);
  const inherited = [...old, ...parent.inherited];
  const folders = [...inherited, ...expand(parent.elf.runpath, parent), ...system];
  const candidates = name.includes('/') ? [{ here: dirname(name), image: dirname(name) }] : folders;
  for (const folder of candidates) {
    const file = join(folder.here, basename(name));
    const elf = await readElf(file).catch(() => undefined);
    if (elf?.machine !== parent.elf.machine) continue;
    return { file, elf, inherited, imagePath: folder.image ? join(folder.image, basename(name)) : '' };
  }
  throw new ImageError(
    'library-missing',
    `"${parent.file}" needs ${name}, which was not found in ${candidates.map(({ here }) => here).join(', ')}: ` +
      'install it, or use a pinned base',
    { value: name },
  );
}

/** Replaces `$ORIGIN` by the folder of the file that contains it. Ignores folders with other variables. */
function expand(folders: readonly string[], loaded: { file: string; imagePath: string }): Folder[] {
  const from = (folder: string, file: string) =>
    normalize(folder.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, dirname(file)));
  return folders
    .map((folder) => ({
      here: from(folder, loaded.file),
      image: from(folder, loaded.imagePath || loaded.file),
    }))
    .filter(({ here }) => isAbsolute(here) && !here.includes('$'));
}

/** Libraries without a path in the image are put beside libc, in a folder that the loader always searches. */
function addMissingPaths(libraries: SharedLibrary[]): SharedLibrary[] {
  const libc = libraries.find(({ name, imagePath }) => /^libc\.(?:so|musl)/.test(name) && imagePath !== '');
  const home = libc ? dirname(libc.imagePath) : '/usr/lib';
  return libraries.map((library) => ({
    ...library,
    imagePath: library.imagePath || join(home, library.name),
  }));
}

async function plugins(found: Map<string, SharedLibrary>, machine: number): Promise<Loaded[]> {
  const libc = found.get('libc.so.6');
  const loaded: Loaded[] = [];
  for (const name of libc ? resolverPlugins : []) {
    const file = join(dirname(libc?.file ?? ''), name);
    const elf = await readElf(file).catch(() => undefined);
    if (found.has(name) || elf?.machine !== machine) continue;
    const imagePath = libc?.imagePath ? join(dirname(libc.imagePath), name) : '';
    found.set(name, { name, file, imagePath });
    loaded.push({ file, imagePath, elf, inherited: [] });
  }
  return loaded;
}

async function systemFolders(machine: number): Promise<Folder[]> {
  const triplet = machine === 183 ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const builtIn = [`/lib/${triplet}`, `/usr/lib/${triplet}`, '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
  const configured = await configuredFolders('/etc/ld.so.conf');
  return [
    ...configured.filter((folder) => !builtIn.includes(folder)).map((here) => ({ here })),
    ...builtIn.map((folder) => ({ here: folder, image: folder })),
  ];
}

/** The folders in an ld.so.conf and in the files that it includes. Empty if the file does not exist. */
export async function configuredFolders(file: string, depth = 0): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const folders: string[] = [];
  for (const line of text.split('\n').map((raw) => raw.replace(/#.*/, '').trim())) {
    const pattern = /^include\s+(.+)$/.exec(line)?.[1];
    if (pattern === undefined) folders.push(...line.split(/[\s:,]+/).filter(isAbsolute));
    else if (depth < 8) {
      for (const path of await matching(pattern, dirname(file)))
        folders.push(...(await configuredFolders(path, depth + 1)));
    }
  }
  return folders;
}

async function matching(pattern: string, folder: string): Promise<string[]> {
  const path = isAbsolute(pattern) ? pattern : join(folder, pattern);
  const source = basename(path).replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const expression = new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  const names = await readdir(dirname(path)).catch((): string[] => []);
  return names
    .filter((name) => expression.test(name))
    .sort()
    .map((name) => join(dirname(path), name));
}
