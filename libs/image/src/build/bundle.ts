import { lstatSync, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, posix, sep } from 'node:path';
import { ImageError } from '../error.ts';
import { asReadFailure } from '../disk/read-failure.ts';

/** One file or link of the bundle. Modes, owners and times on disk are ignored on purpose. */
export type BundleFile =
  | { type: 'file'; path: string; file: string; size: number }
  | { type: 'symlink'; path: string; target: string };

/** Names of files that often contain secrets. They are refused unless their path is allowed. */
const secrets: readonly [RegExp, string][] = [
  [/^\.env/i, 'an environment file'],
  [/\.(?:pem|key|p12|pfx)$/i, 'key material'],
  [/^id_(?:rsa|dsa|ecdsa|ed25519)$/, 'an SSH key'],
  [/^\.(?:npmrc|netrc|dockercfg)$/, 'a file that holds tokens'],
  [/^\.git$/, 'a Git repository'],
];

/**
 * Files that are left out without a message. Package managers write the project's version or the time into
 * them, and desktops their icons, so they would change the digest of an unchanged application.
 */
const ignored =
  /(?:^|\/)(?:node_modules\/(?:\.package-lock\.json|\.modules\.yaml|\.pnpm-workspace-state[^/]*)|\.DS_Store)$/;

/**
 * Lists the files of a bundle folder. Refuses files that must not be in an image.
 * @param allow paths inside the bundle that look like secrets but are public
 * @throws ImageError `bundle-refused`, `secret-refused`, `read-failed`
 */
export async function readBundle(bundle: string, allow: readonly string[] = []): Promise<BundleFile[]> {
  const root = rootOf(bundle);
  if (!statSync(root).isDirectory()) {
    throw new ImageError(
      'bundle-refused',
      `"${bundle}" is not a folder: give the folder that the build wrote`,
      { value: bundle },
    );
  }
  const files = await walk(root, '', new Set(allow)).catch((error: unknown) => {
    throw asReadFailure(error, bundle);
  });
  if (files.length > 0) return files;
  throw new ImageError('bundle-refused', `"${bundle}" is empty: build the application first`, {
    value: bundle,
  });
}

function rootOf(bundle: string): string {
  try {
    return realpathSync(bundle);
  } catch (cause) {
    const remedy = `the bundle "${bundle}" does not exist: build the application first`;
    throw new ImageError('bundle-refused', remedy, { value: bundle, cause });
  }
}

/** Uses synchronous calls: for thousands of small files, passing each call to another thread takes longer. */
async function walk(root: string, folder: string, allow: ReadonlySet<string>): Promise<BundleFile[]> {
  const found: BundleFile[] = [];
  for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, item.name);
    if (ignored.test(path)) continue;
    refuseByName(item.name, path, allow);
    if (item.isDirectory()) found.push(...(await walk(root, path, allow)));
    else if (item.isSymbolicLink()) found.push(await readSymlink(root, path));
    else found.push(readItem(root, path, item));
  }
  return found;
}

function readItem(root: string, path: string, item: Dirent): BundleFile {
  if (!item.isFile()) throw refused(path, 'is not a file, a folder or a link: remove it from the bundle');
  const file = join(root, path);
  const { mode, size } = lstatSync(file);
  if ((mode & 0o6000) !== 0) throw refused(path, 'is set-uid or set-gid: run "chmod ug-s" on it');
  return { type: 'file', path, file, size };
}

/** A link must be relative and not broken; the written and the resolved target must be in the bundle. */
async function readSymlink(root: string, path: string): Promise<BundleFile> {
  const target = await readlink(join(root, path));
  const written = posix.normalize(posix.join(posix.dirname(path), target));
  const real = await realpath(join(root, path)).catch(() => undefined);
  const inside = real !== undefined && (real === root || real.startsWith(root + sep));
  if (isAbsolute(target) || written.startsWith('..') || !inside) {
    throw refused(
      path,
      `is a link to "${target}", which is not in the bundle: copy the file instead of linking it`,
    );
  }
  return { type: 'symlink', path, target };
}

function refuseByName(name: string, path: string, allow: ReadonlySet<string>): void {
  if (name.includes('\ufffd')) throw refused(path, 'has a name that is not UTF-8: rename it');
  const secret = secrets.find(([expression]) => expression.test(name));
  if (!secret || allow.has(path)) return;
  throw new ImageError(
    'secret-refused',
    `"${path}" looks like ${secret[1]}, and everyone who can pull the image could read it: ` +
      'remove it from the bundle, or allow this path if it is public',
    { value: path },
  );
}

function refused(path: string, reason: string): ImageError {
  return new ImageError('bundle-refused', `"${path}" in the bundle ${reason}`, { value: path });
}
