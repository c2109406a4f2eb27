import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder that is deleted after the test. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-image-'));
  onTestFinished(async () => {
    await makeWritable(folder);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Makes the read-only folders of an unpacked layer writable, so the test can delete them. */
async function makeWritable(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory());
  await Promise.all(folders.map(({ parentPath, name }) => chmod(join(parentPath, name), 0o700)));
}

/** Writes files (text), links (`{ link }`) and files with a mode, in the order given. */
export async function writeFiles(
  folder: string,
  files: Record<string, string | Buffer | { link: string } | { text: string; mode: number }>,
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) await writeFile(file, content);
    else if ('link' in content) await symlink(content.link, file);
    else {
      await writeFile(file, content.text);
      await chmod(file, content.mode);
    }
  }
  return folder;
}
