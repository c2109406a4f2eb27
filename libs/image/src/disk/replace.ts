import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ImageError } from '../error.ts';
import { partialPath, sweepPartials } from './partial-file.ts';

/**
 * Writes a folder beside its final place and moves it there when it is whole. A failure or a kill leaves the old
 * folder as it was.
 * @param mayReplace decides by the names in an existing folder that is not empty; a mistyped path must not cost
 *   somebody's home.
 * @throws ImageError `output-refused`; `write-failed` when the disk refuses (full, read-only, no permission).
 */
export async function replaceFolder<T>(
  output: string,
  mayReplace: (names: readonly string[]) => boolean,
  write: (folder: string) => Promise<T>,
): Promise<T> {
  const target = resolve(output);
  const names = namesIn(target, output);
  if (names.length > 0 && !mayReplace(names)) throw outputRefused(output, 'holds something else');
  return replacing(target, async (partial) => {
    mkdirSync(partial);
    const result = await write(partial);
    exchange(partial, target);
    return result;
  });
}

/** The names in a folder; none where there is none. */
function namesIn(folder: string, output: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw code === 'ENOTDIR' ? outputRefused(output, 'is a file') : asWriteFailure(error, folder);
  }
}

/** Writes a file beside its final place and moves it there when it is whole. */
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

/** Node has no atomic exchange of two folders; the old one is kept until the new one stands in its place. */
function exchange(partial: string, target: string): void {
  const old = partialPath(dirname(target));
  const had = movedAside(target, old);
  try {
    renameSync(partial, target);
  } catch (error) {
    if (had) renameSync(old, target);
    throw error;
  }
  // One call, where the promise would be one for each file.
  rmSync(old, { recursive: true, force: true });
}

/** @returns false when there was nothing to move */
function movedAside(path: string, aside: string): boolean {
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
    {
      value: output,
    },
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

/** Turns a refusal by the file system into an error that says where and what to do; passes others on. */
export function asWriteFailure(error: unknown, place: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (error instanceof ImageError || !diskCodes.has(code)) return error;
  return new ImageError(
    'write-failed',
    `cannot write "${place}" (${code}); what was there before is unchanged. Free space or fix permissions, then run again`,
    { value: place, cause: error },
  );
}
