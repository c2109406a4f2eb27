import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitopsError } from '../error.ts';
import type { ObjectFormat } from '../git/object.ts';

/** The process id follows, so that a later run can delete the folders of runs that were killed. */
const PREFIX = 'slipway-ledger-';

/**
 * Makes a temporary bare repository without hooks. The only user configuration that Git reads there is a file
 * with `safe.directory`.
 *
 * @param safeFolders the user's `safe.directory`
 * @returns its folder
 * @throws {GitopsError} `disk`
 */
export async function makeScratch(format: ObjectFormat, safeFolders: readonly string[]): Promise<string> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)).catch(noRoom);
  try {
    await fill(folder, format, safeFolders);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return noRoom(error);
  }
}

/** @throws {GitopsError} `disk` */
export function noRoom(cause: unknown): never {
  throw new GitopsError(
    'disk',
    `${tmpdir()} is not writable: ${(cause as Error).message}. Free space there, or set TMPDIR to another folder.`,
    { value: tmpdir(), cause },
  );
}

async function fill(folder: string, format: ObjectFormat, safeFolders: readonly string[]): Promise<void> {
  await Promise.all(['objects', 'refs'].map((name) => mkdir(join(folder, name))));
  await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(folder, 'config'), configuration(format));
  await writeFile(
    join(folder, GLOBAL),
    `[safe]\n${safeFolders.map((path) => `\tdirectory = ${JSON.stringify(path)}\n`).join('')}`,
  );
}

/** Variables with which git works in a temporary repository and ignores other configuration. */
export const scratchVariables = (folder: string): Record<string, string> => ({
  GIT_DIR: folder,
  GIT_CONFIG_GLOBAL: join(folder, GLOBAL),
  GIT_CONFIG_NOSYSTEM: '1',
});

const GLOBAL = 'global-config';

/** A temporary repository needs neither maintenance nor fsync. */
function configuration(format: ObjectFormat): string {
  return [
    '[core]',
    '\trepositoryFormatVersion = 1',
    '\tbare = true',
    '\thooksPath = /dev/null',
    '\tfsync = none',
    '[extensions]',
    `\tobjectFormat = ${format}`,
    '[gc]\n\tauto = 0',
    '[maintenance]\n\tauto = false',
    '[fetch]\n\tunpackLimit = 1',
    '[pack]\n\tthreads = 1',
    '[protocol]\n\tversion = 2',
    '',
  ].join('\n');
}

/** Deletes the folders of runs that were killed. */
async function sweep(): Promise<void> {
  const entries = await readdir(tmpdir()).catch(() => []);
  const dead = entries.filter(
    (name) => name.startsWith(PREFIX) && !isAlive(Number(name.slice(PREFIX.length).split('-')[0])),
  );
  await Promise.all(dead.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
