import { constants } from 'node:fs';
import { chmod, chown, link, lstat, mkdir, open, readlink, rm, symlink, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ImageError } from '../error.ts';
import { openImage, type ImageLocation, type PlatformImage } from '../layout/open-image.ts';
import { readLayer } from './read-layer.ts';
import { platformName } from '../oci/schemas.ts';
import { replaceFolder } from '../disk/replace-file.ts';
import type { TarMember } from '../archive/read-tar.ts';

export interface UnpackOptions extends ImageLocation {
  /** Folder for the root of the image's file system; missing or empty. */
  output: string;
  /** Replaces a folder that is not empty. @default false */
  replace?: boolean;
  /** @default the first platform of the image */
  platform?: string;
}

export interface UnpackResult {
  output: string;
  platform: string;
  /** The number of entries written from all layers. */
  entries: number;
  /** The command, environment and working directory of the image: enough to run it with `chroot`. */
  entrypoint: string[];
  env: string[];
  workingDir: string;
}

/**
 * Unpacks the layers of an image into one folder, as a container runtime does. No entry, link or chain of
 * links reaches outside the folder. Devices are left out and set-uid bits are removed. Owners are kept if run
 * by root. Folders are writable for their owner, so the result can be deleted.
 * @throws ImageError `archive-invalid`, `digest-mismatch`, `blob-missing`, `invalid-input`
 */
export async function unpackImage(options: UnpackOptions): Promise<UnpackResult> {
  const image = await openImage(options);
  try {
    const chosen = choosePlatform(image.platforms, options.platform);
    const entries = await replaceFolder(
      options.output,
      () => options.replace === true,
      async (root) => {
        await chmod(root, 0o755);
        let count = 0;
        for (const index of chosen.manifest.layers.keys()) {
          const written = new Set<string>();
          for await (const member of readLayer(image, chosen, index)) {
            count += (await apply(root, member, written)) ? 1 : 0;
          }
        }
        return count;
      },
    );
    const { config } = chosen.config;
    return {
      output: options.output,
      platform: platformName(chosen.platform),
      entries,
      entrypoint: [...(config?.Entrypoint ?? []), ...(config?.Cmd ?? [])],
      env: config?.Env ?? [],
      workingDir: config?.WorkingDir ?? '/',
    };
  } finally {
    image.close();
  }
}

function choosePlatform(platforms: readonly PlatformImage[], wanted: string | undefined): PlatformImage {
  const names = platforms.map(({ platform }) => platformName(platform));
  const chosen = wanted ? platforms[names.indexOf(wanted)] : platforms[0];
  if (chosen) return chosen;
  throw new ImageError(
    'invalid-input',
    `the image has no manifest for ${wanted}, only for ${names.join(', ')}`,
    { value: wanted ?? '' },
  );
}

/** Names of entries that delete files of lower layers (image-spec, "Whiteouts"). */
const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

async function apply(root: string, member: TarMember, written: Set<string>): Promise<boolean> {
  const parts = partsOf(member.path);
  const name = parts.pop();
  if (name === undefined || member.type === 'other') return false;
  const folder = await resolveFolder(root, parts);
  if (name === opaque) return clearOpaque(folder, written);
  const path = join(folder, name.startsWith(whiteout) ? name.slice(whiteout.length) : name);
  if (name.startsWith(whiteout)) {
    if (path !== folder && dirname(path) === folder && !written.has(path))
      await rm(path, { recursive: true, force: true });
    return false;
  }
  await write(root, path, member);
  written.add(path);
  return true;
}

/** The names in a path from the root. Paths with `..` are refused. */
function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!parts.includes('..')) return parts;
  throw new ImageError(
    'archive-invalid',
    `an entry of the image has the path "${path}", outside of its root: do not use it`,
    { value: path },
  );
}

/**
 * Resolves a folder below the root and creates missing folders. Links are followed as inside the image: an
 * absolute target starts at the root, and `..` does not leave it.
 */
async function resolveFolder(root: string, parts: readonly string[]): Promise<string> {
  const queue = [...parts];
  const at: string[] = [];
  for (let links = 0, next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next === '..') at.pop();
    if (next === '..' || next === '.' || next === '') continue;
    const path = join(root, ...at, next);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink()) {
      if (++links > 40)
        throw new ImageError('archive-invalid', `the path "${parts.join('/')}" contains more than 40 links`);
      const target = await readlink(path);
      if (target.startsWith('/')) at.length = 0;
      queue.unshift(...target.split('/'));
      continue;
    }
    if (found && !found.isDirectory()) await rm(path);
    if (!found?.isDirectory()) await makeFolder(path);
    at.push(next);
  }
  return join(root, ...at);
}

/** Readable for the image's user, independent of the umask. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path);
  await chmod(path, 0o755);
}

async function write(root: string, path: string, member: TarMember): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  const isFolder = member.type === 'directory';
  if (found && !(isFolder && found.isDirectory())) await rm(path, { recursive: true });
  if (member.type === 'symlink') return symlink(member.target, path);
  if (member.type === 'hardlink') return linkInside(root, path, member.target);
  if (isFolder) await mkdir(path, { recursive: true });
  else await writeFile(path, member.body);
  if (process.geteuid?.() === 0) await chown(path, member.uid, member.gid);
  await chmod(path, (member.mode & 0o1777) | (isFolder ? 0o700 : 0));
}

async function writeFile(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const handle = await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    for await (const chunk of body) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
}

/** The target of a hard link must be an unpacked file: a symbolic link could point outside the folder. */
async function linkInside(root: string, path: string, target: string): Promise<void> {
  const parts = partsOf(target);
  const name = parts.pop() ?? '';
  const source = join(await resolveFolder(root, parts), name);
  const found = await lstat(source).catch(() => undefined);
  if (found?.isFile()) return link(source, path);
  throw new ImageError(
    'archive-invalid',
    `a hard link of the image points to "${target}", which is not a file in it`,
    { value: target },
  );
}

/** Deletes the entries of lower layers in an opaque folder and keeps those of its own layer. */
async function clearOpaque(folder: string, written: ReadonlySet<string>): Promise<false> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const own = [...written].some((kept) => kept === path || kept.startsWith(`${path}/`));
    if (!own) await rm(path, { recursive: true, force: true });
  }
  return false;
}
