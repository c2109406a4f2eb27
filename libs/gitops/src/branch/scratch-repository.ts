import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitopsError } from '../error.ts';
import type { ObjectFormat } from '../git/object.ts';

/** A folder of a run that was killed carries its process id, so that the next run can clean up. */
const PREFIX = 'slipway-ledger-';

/**
 * Makes a throw-away bare repository: no work tree, no hooks, and nothing left behind that a killed run could
 * poison. What Git reads of the user's configuration is the one file in it, which says whose folders are safe.
 *
 * @param safeFolders what the user said in `safe.directory`
 * @returns its folder
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
    `${tmpdir()} cannot be written to: ${(cause as Error).message}. Make room there, or name another folder in TMPDIR.`,
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

/** Variables that make a throw-away repository the one that git works in, deaf to what else it is told. */
export const scratchVariables = (folder: string): Record<string, string> => ({
  GIT_DIR: folder,
  GIT_CONFIG_GLOBAL: join(folder, GLOBAL),
  GIT_CONFIG_NOSYSTEM: '1',
});

const GLOBAL = 'global-config';

/** What is thrown away needs no tidying and no care for power cuts. */
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

/** Removes what runs that were killed left behind. */
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
