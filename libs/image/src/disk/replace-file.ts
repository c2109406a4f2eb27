import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ImageError } from '../error.ts';
import { partialPath, sweepPartials } from './partial-file.ts';

/**
 * Writes a folder under a temporary name and renames it when complete. An interruption keeps the old one.
 * @param mayReplace decides by the names in a non-empty folder; a mistyped path must not delete user files
 * @throws ImageError `output-refused`; `write-failed` if the disk is full, read-only or not permitted
 */
export async function replaceFolder<T>(
  output: string,
  mayReplace: (names: readonly string[]) => boolean,
  write: (folder: string) => Promise<T>,
): Promise<T> {
  const target = resolve(output);
  const names = namesIn(target, output);
  if (names.length > 0 && !mayReplace(names)) throw outputRefused(output, 'contains other files');
  return replacing(target, async (partial) => {
    mkdirSync(partial);
    const result = await write(partial);
    exchange(partial, target);
    return result;
  });
}

/** The names in a folder. Empty if the folder does not exist. */
function namesIn(folder: string, output: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw code === 'ENOTDIR' ? outputRefused(output, 'is a file') : asWriteFailure(error, folder);
  }
}

/** Writes a file under a temporary name and renames it when it is complete. */
export async function replaceFile(
  output: string,
  content: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<void> {
  const target = resolve(output);
  await replacing(target, async (partial) => {
    const handle = await open(partial, 'wx', 0o644);
    try {
      for await (const chunk of content instanceof Uint8Array ? [content] : content)
        await handle.writeFile(chunk);
    } finally {
      await handle.close();
    }
    await rename(partial, target);
  });
}

async function replacing<T>(target: string, work: (partial: string) => Promise<T>): Promise<T> {
  const partial = partialPath(dirname(target));
  try {
    mkdirSync(dirname(target), { recursive: true });
    sweepPartials(dirname(target));
    return await work(partial);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw asWriteFailure(error, target);
  }
}

/** Node has no atomic exchange of two folders, so the old one is kept until the new one is in place. */
function exchange(partial: string, target: string): void {
  const old = partialPath(dirname(target));
  const existed = moveAside(target, old);
  try {
    renameSync(partial, target);
  } catch (error) {
    if (existed) renameSync(old, target);
    throw error;
  }
  // Synchronous: one call instead of one promise per file.
  rmSync(old, { recursive: true, force: true });
}

/** @returns false if the path does not exist */
function moveAside(path: string, aside: string): boolean {
  try {
    renameSync(path, aside);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function outputRefused(output: string, reason: string): ImageError {
  return new ImageError(
    'output-refused',
    `"${output}" ${reason} and is not replaced: give another folder, or delete it`,
    { value: output },
  );
}

const diskCodes = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EROFS',
  'EACCES',
  'EPERM',
  'EIO',
  'EMFILE',
  'ENOTDIR',
  'ENOENT',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
]);

/** Converts a file system error into an `ImageError` with path and remedy. Returns other errors unchanged. */
export function asWriteFailure(error: unknown, place: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (error instanceof ImageError || !diskCodes.has(code)) return error;
  return new ImageError(
    'write-failed',
    `cannot write "${place}" (${code}). The previous content is unchanged. Free space or fix permissions, then run again`,
    { value: place, cause: error },
  );
}
