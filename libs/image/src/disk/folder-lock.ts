import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ImageError } from '../error.ts';
import { isAlive } from './partial-file.ts';

/** Work under a lock takes milliseconds, so the owner of an older lock is assumed dead. */
const staleMs = 10_000;
const waitMs = 30_000;

/**
 * Runs work while this process holds a lock file. `isHeld` says whether the lock is still held; check it
 * directly before the final change. A lock is taken over if its process has ended or after ten seconds.
 */
export async function withLock<T>(
  file: string,
  work: (isHeld: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  const owner = `${process.pid} ${hostname()} ${randomUUID()}`;
  const until = Date.now() + waitMs;
  while (!(await acquire(file, owner))) {
    if (Date.now() > until) {
      throw new ImageError(
        'write-failed',
        `"${file}" is locked by another process: wait until it ends, or delete the file`,
        { value: file },
      );
    }
    if (await isStale(file)) await removeStaleLock(file);
    else await delay(5 + Math.random() * 20);
  }
  const isHeld = async () => (await ownerOf(file)) === owner;
  try {
    return await work(isHeld);
  } finally {
    if (await isHeld()) await rm(file, { force: true });
  }
}

async function acquire(file: string, owner: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(owner).finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(file: string): Promise<boolean> {
  const owner = await ownerOf(file);
  const found = await stat(file).catch(() => undefined);
  if (owner === undefined || found === undefined) return false;
  if (Date.now() - found.mtimeMs > staleMs) return true;
  const [pid, host] = owner.split(' ');
  // A lock without content has no host: its owner has created it but not yet written its name.
  return host === hostname() && !isAlive(Number(pid));
}

/** Two processes may find the same stale lock. If the slower one moves a new lock away, it puts it back. */
async function removeStaleLock(file: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  if (
    !(await rename(file, aside).then(
      () => true,
      () => false,
    ))
  )
    return;
  if (!(await isStale(aside))) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

function ownerOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
