import { constants } from 'node:fs';
import { chmod, chown, link, lstat, mkdir, open, readlink, rm, symlink, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ImageError } from '../error.ts';
import { openImage, type ImageLocation, type PlatformImage } from '../layout/open-image.ts';
import { readLayer } from './read-layer.ts';
import { platformName } from '../oci/schemas.ts';
import { replaceFolder } from '../disk/replace.ts';
import type { TarMember } from '../archive/read-tar.ts';

export interface UnpackOptions extends ImageLocation {
  /** Folder that becomes the root of the image's file system; absent or empty. */
  output: string;
  /** Replaces a folder that is not empty. @default false */
  replace?: boolean;
  /** @default the first of the image */
  platform?: string;
}

export interface UnpackResult {
  output: string;
  platform: string;
  /** Entries written, after all layers. */
  entries: number;
  /** What the image starts, and where: enough to run it by `chroot`. */
  entrypoint: string[];
  env: string[];
  workingDir: string;
}

/**
 * Lays an image's layers over each other in a folder, as a container runtime does. No entry, link or chain of
 * links reaches outside the folder; devices are left out and set-uid bits are dropped. Owners are kept when run by
 * root. Folders stay writable for their owner, so that the result can be deleted.
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
  throw new ImageError('invalid-input', `the image is not made for ${wanted}, but for ${names.join(', ')}`, {
    value: wanted ?? '',
  });
}

/** Markers of the image-spec, "Whiteouts": something of a lower layer is gone. */
const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

async function apply(root: string, member: TarMember, written: Set<string>): Promise<boolean> {
  const parts = partsOf(member.path);
  const name = parts.pop();
  if (name === undefined || member.type === 'other') return false;
  const folder = await enter(root, parts);
  if (name === opaque) return clear(folder, written);
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

/** Plain names from the root on; anything that climbs is refused. */
function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!parts.includes('..')) return parts;
  throw new ImageError(
    'archive-invalid',
    `an entry of the image is called "${path}", outside of its root: do not use it`,
    {
      value: path,
    },
  );
}

/**
 * Walks into a folder below the root, making what is missing. Links on the way are followed as the image would
 * follow them: an absolute target begins at the root, and `..` ends there.
 */
async function enter(root: string, parts: readonly string[]): Promise<string> {
  const queue = [...parts];
  const at: string[] = [];
  for (let links = 0, next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next === '..') at.pop();
    if (next === '..' || next === '.' || next === '') continue;
    const path = join(root, ...at, next);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink()) {
      if (++links > 40)
        throw new ImageError('archive-invalid', `too many links on the way to "${parts.join('/')}"`);
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

/** Readable for the image's user, whatever the umask here. */
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

/** A hard link names a file that is already unpacked; never a link, which could lead anywhere. */
async function linkInside(root: string, path: string, target: string): Promise<void> {
  const parts = partsOf(target);
  const name = parts.pop() ?? '';
  const source = join(await enter(root, parts), name);
  const found = await lstat(source).catch(() => undefined);
  if (found?.isFile()) return link(source, path);
  throw new ImageError(
    'archive-invalid',
    `a hard link of the image names "${target}", which is no file in it`,
    {
      value: target,
    },
  );
}

/** An opaque folder hides what lower layers put into it, and nothing of its own layer. */
async function clear(folder: string, written: ReadonlySet<string>): Promise<false> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const own = [...written].some((kept) => kept === path || kept.startsWith(`${path}/`));
    if (!own) await rm(path, { recursive: true, force: true });
  }
  return false;
}
