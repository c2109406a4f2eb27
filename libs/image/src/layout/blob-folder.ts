import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { copyFile, link, open } from 'node:fs/promises';
import { join } from 'node:path';
import { evenChunks, fileChunks, smallContent } from '../disk/chunks.ts';
import { digestOf, hexOf, meter, verified, type Expected } from '../oci/digest.ts';
import { partialPath, sweepPartials } from '../disk/partial-file.ts';
import { asWriteFailure } from '../disk/replace.ts';

/** Where a blob lies in a content-addressed folder: `sha256/<hex>`, as in the `blobs/` folder of an OCI layout. */
export function blobPath(folder: string, digest: string): string {
  return join(folder, 'sha256', hexOf(digest));
}

/** True when the blob is there with the right size. Its bytes are checked wherever they are used. */
export function hasBlob(folder: string, blob: Expected): boolean {
  const path = blobPath(folder, blob.digest);
  try {
    // Asked often, and answered before another thread could have been.
    const found = statSync(path, { throwIfNoEntry: false });
    return found !== undefined && found.isFile() && found.size === blob.size;
  } catch {
    return false;
  }
}

/** Stores a document in a folder that nobody reads yet, so that it need not appear whole: a call, not nine. */
export function addDocument(folder: string, text: string): Expected {
  const bytes = Buffer.from(text);
  const blob = { digest: digestOf(bytes), size: bytes.length };
  if (!hasBlob(folder, blob)) writeFileSync(blobPath(folder, blob.digest), bytes, { mode: 0o444 });
  return blob;
}

/** Stores content whose digest is not known yet, and returns it. The blob appears whole or not at all. */
export async function addBlob(folder: string, source: AsyncIterable<Uint8Array>): Promise<Expected> {
  const metered = meter(source);
  return intoPlace(folder, async (partial) => {
    await writeAll(partial, metered.chunks);
    return metered.result();
  });
}

/** Stores content that must have this digest and size. */
export async function putBlob(
  folder: string,
  source: AsyncIterable<Uint8Array>,
  expected: Expected,
  place: string,
): Promise<void> {
  await intoPlace(folder, async (partial) => {
    await writeAll(partial, verified(source, expected, place));
    return expected;
  });
}

/**
 * Brings a checked file in by a hard link, which costs nothing and shares its space; copies where links are not
 * possible (another file system). Only for files that nobody edits in place.
 */
export async function linkBlob(folder: string, file: string, expected: Expected): Promise<void> {
  for await (const chunk of verified(fileChunks(file), expected, `"${file}"`)) void chunk;
  await intoPlace(folder, async (partial) => {
    await link(file, partial).catch(() => copyFile(file, partial));
    return expected;
  });
}

/** What takes microseconds is done at once: to hand it to another thread and back takes longer. */
async function intoPlace(folder: string, write: (partial: string) => Promise<Expected>): Promise<Expected> {
  const partial = partialPath(folder);
  try {
    mkdirSync(join(folder, 'sha256'), { recursive: true });
    sweepPartials(folder);
    const blob = await write(partial);
    renameSync(partial, blobPath(folder, blob.digest));
    // Renaming one hard link onto another of the same file does nothing and leaves both names.
    rmSync(partial, { force: true });
    return blob;
  } catch (error) {
    rmSync(partial, { force: true });
    throw asWriteFailure(error, folder);
  }
}

async function writeAll(path: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o644);
  try {
    for await (const chunk of evenChunks(source, smallContent)) await handle.writeFile(chunk);
    await handle.chmod(0o444);
  } finally {
    await handle.close();
  }
}
