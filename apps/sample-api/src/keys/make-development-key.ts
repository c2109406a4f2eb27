import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '../webhook/secret.ts';

/**
 * Makes a random key where a folder has none, readable by its owner alone. For development only.
 *
 * @returns the new file, or nothing where there was a key already.
 */
export async function makeDevelopmentKey(dir: string): Promise<string | undefined> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const names = await readdir(dir);
  if (names.some((name) => !name.startsWith('.'))) return undefined;

  const file = join(dir, 'development');
  await writeFile(file, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}
