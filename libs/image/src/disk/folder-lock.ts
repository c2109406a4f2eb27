import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ImageError } from '../error.ts';
import { isAlive } from './partial-file.ts';

/** The work under a lock takes milliseconds, so an older lock has lost its owner. */
const staleMs = 10_000;
const waitMs = 30_000;

/**
 * Runs work while this process alone holds a lock file. `isHeld` tells whether the lock is still this process's
 * own; ask it just before the change is made final.
 * A lock whose process is gone, or that is older than ten seconds, is taken over.
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
        `"${file}" is locked by another process: wait for it, or delete the file`,
        {
          value: file,
        },
      );
    }
    if (await isStale(file)) await takeAway(file);
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
  // Between creation and its first byte a lock has no owner yet.
  return host === hostname() && !isAlive(Number(pid));
}

/** Two processes may see the same stale lock; whoever moved a fresh one away by mistake puts it back. */
async function takeAway(file: string): Promise<void> {
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
