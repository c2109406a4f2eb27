import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is updated like a Kubernetes Secret volume. */
export interface KeyVolume {
  readonly dir: string;
  /** Replaces all files: writes a new version into its own folder, then renames `..data` atomically. */
  swap(files: Record<string, string>): Promise<void>;
}

/** An empty folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sample-api-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export async function createKeyVolume(files: Record<string, string>): Promise<KeyVolume> {
  const dir = await temporaryFolder();
  let count = 0;

  async function swap(next: Record<string, string>): Promise<void> {
    const version = `..2026_11_23_08_00_00.${++count}`;
    await writeFiles(join(dir, version), next);
    await symlink(version, join(dir, '..data_tmp'));
    await rename(join(dir, '..data_tmp'), join(dir, '..data'));
    await linkNames(dir, Object.keys(next));
    await rm(join(dir, `..2026_11_23_08_00_00.${count - 1}`), { recursive: true, force: true });
  }

  await swap(files);
  return { dir, swap };
}

/** A plain folder of keys. */
export async function createKeyFolder(files: Record<string, string>): Promise<string> {
  const dir = await temporaryFolder();
  await writeFiles(dir, files);
  return dir;
}

async function writeFiles(dir: string, files: Record<string, string>): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
}

/** Writes a file in one step: the service never reads it half-written. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const part = join(dirname(file), `.${basename(file)}.part`);
  await writeFile(part, text);
  await rename(part, file);
}

async function linkNames(dir: string, names: readonly string[]): Promise<void> {
  const visible = (await readdir(dir)).filter((name) => !name.startsWith('..'));
  for (const name of visible) if (!names.includes(name)) await rm(join(dir, name));
  for (const name of names) if (!visible.includes(name)) await symlink(join('..data', name), join(dir, name));
}
