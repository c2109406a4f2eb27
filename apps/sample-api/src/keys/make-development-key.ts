import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '../webhook/secret.ts';

/**
 * Creates a random key if a folder contains none, readable by its owner only. For development only.
 *
 * @returns the new file, or undefined if the folder already contains a key
 */
export async function makeDevelopmentKey(dir: string): Promise<string | undefined> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const names = await readdir(dir);
  if (names.some((name) => !name.startsWith('.'))) return undefined;

  const file = join(dir, 'development');
  await writeFile(file, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}
