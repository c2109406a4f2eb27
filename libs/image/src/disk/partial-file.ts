import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const expression = /^\.partial-(\d+)-[0-9a-f]+$/;
const quietMs = 60_000;

/** A temporary name for a file that is being written. It contains the id of the writing process. */
export function partialPath(folder: string): string {
  return join(folder, `.partial-${process.pid}-${randomBytes(6).toString('hex')}`);
}

/**
 * Removes the temporary files of killed processes from a folder. Process ids of other containers are unknown
 * here, so a file must also be unchanged for a minute.
 */
export function sweepPartials(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(expression.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && Date.now() - found.mtimeMs > quietMs) rmSync(path, { recursive: true, force: true });
  }
}

/** True if a process with this id runs on this machine. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
