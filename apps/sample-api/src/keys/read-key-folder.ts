import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Key } from '../webhook/key.ts';
import { parseSecret } from '../webhook/secret.ts';

/** A file that is not a valid key, with the reason. Never contains the file's content. */
export interface KeyProblem {
  readonly file: string;
  readonly reason: string;
}

/** The content of a key folder. */
export interface KeyFolder {
  readonly keys: readonly Key[];
  readonly problems: readonly KeyProblem[];
}

/** The longest valid secret has 94 characters; much larger files are not read. */
const MAX_FILE_BYTES = 1024;

/** Maximum number of reads if the folder is swapped while it is read. */
const ATTEMPTS = 3;

/**
 * Reads all keys of a plain folder or of a Kubernetes Secret volume, whose `..data` link points to the
 * current version. All keys are read from one version, so two versions are never mixed. Names that start with
 * a full stop are ignored. Unreadable files and folders are returned as problems; this function does not
 * throw.
 */
export async function readKeyFolder(dir: string): Promise<KeyFolder> {
  for (let attempt = 1; ; attempt++) {
    const version = await currentVersion(dir);
    const folder = await readVersion(version);
    if (attempt === ATTEMPTS || version === (await currentVersion(dir))) return folder;
  }
}

async function currentVersion(dir: string): Promise<string> {
  // Without the link it is a plain folder. Any other error occurs again when the folder is read.
  return realpath(join(dir, '..data')).catch(() => dir);
}

async function readVersion(folder: string): Promise<KeyFolder> {
  try {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
    const read = await Promise.all(names.map((name) => readKey(folder, name)));
    return { keys: read.filter((one) => 'secret' in one), problems: read.filter((one) => 'reason' in one) };
  } catch (error) {
    return { keys: [], problems: [{ file: folder, reason: reasonOf(error) }] };
  }
}

async function readKey(folder: string, name: string): Promise<Key | KeyProblem> {
  const path = join(folder, name);
  try {
    const { size, isFile } = await fileFacts(path);
    if (!isFile) return { file: name, reason: 'it is not a file' };
    if (size > MAX_FILE_BYTES) return { file: name, reason: `it has ${size} bytes, too many for a key` };
    return { id: name, secret: parseSecret(await readFile(path, 'utf8')) };
  } catch (error) {
    return { file: name, reason: reasonOf(error) };
  }
}

/** Called before reading, because reading from a pipe would never end. */
async function fileFacts(path: string): Promise<{ size: number; isFile: boolean }> {
  const facts = await stat(path);
  return { size: facts.size, isFile: facts.isFile() };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
