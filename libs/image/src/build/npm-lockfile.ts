import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import * as Type from 'typebox';
import { Check } from 'typebox/schema';

/** The parts of `package-lock.json` that are read (npm's "lockfileVersion" 2 and 3). */
const LockfileSchema = Type.Object({
  packages: Type.Record(
    Type.String(),
    Type.Object({ version: Type.Optional(Type.String()), integrity: Type.Optional(Type.String()) }),
  ),
});
type Lockfile = Type.Static<typeof LockfileSchema>;

/** Returns the SHA-512 of a package's archive in hex, or undefined if no lockfile lists it. */
type PackageHash = (manifest: string, version: string) => Promise<string | undefined>;

/** Reads the lockfile beside the outermost `node_modules` of a package. Each lockfile is read once. */
export function packageHashes(): PackageHash {
  const lockfiles = new Map<string, Promise<Lockfile | undefined>>();
  return async (manifest, version) => {
    const folder = dirname(manifest);
    const at = folder.indexOf(`${sep}node_modules${sep}`);
    if (at === -1) return undefined;
    const root = folder.slice(0, at);
    const reading = lockfiles.get(root) ?? readLockfile(root);
    lockfiles.set(root, reading);
    const known = (await reading)?.packages[relative(root, folder).split(sep).join('/')];
    return known?.version === version ? sha512(known.integrity) : undefined;
  };
}

async function readLockfile(root: string): Promise<Lockfile | undefined> {
  try {
    const lockfile: unknown = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
    return Check(LockfileSchema, lockfile) ? lockfile : undefined;
  } catch {
    // Installed without npm: the SBOM then has no hashes.
    return undefined;
  }
}

/** Reads a Subresource Integrity value, which may contain several hashes. */
function sha512(integrity: string | undefined): string | undefined {
  const base64 = /(?:^|\s)sha512-([A-Za-z0-9+/]{86}==)/.exec(integrity ?? '')?.[1];
  return base64 && Buffer.from(base64, 'base64').toString('hex');
}
