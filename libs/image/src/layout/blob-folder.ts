import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { copyFile, link, open } from 'node:fs/promises';
import { join } from 'node:path';
import { evenChunks, fileChunks, smallContent } from '../disk/read-chunks.ts';
import { digestOf, hexOf, meter, verified, type Expected } from '../oci/digest.ts';
import { partialPath, sweepPartials } from '../disk/partial-file.ts';
import { asWriteFailure } from '../disk/replace-file.ts';

/** The path of a blob in a content-addressed folder: `sha256/<hex>`, as in `blobs/` of an OCI layout. */
export function blobPath(folder: string, digest: string): string {
  return join(folder, 'sha256', hexOf(digest));
}

/** True if the folder has the blob with the right size. Its bytes are checked when they are read. */
export function hasBlob(folder: string, blob: Expected): boolean {
  const path = blobPath(folder, blob.digest);
  try {
    // Synchronous: called often, and faster than passing the call to another thread.
    const found = statSync(path, { throwIfNoEntry: false });
    return found !== undefined && found.isFile() && found.size === blob.size;
  } catch {
    return false;
  }
}

/** Stores a document in a folder without readers: one write instead of the nine calls of an atomic write. */
export function addDocument(folder: string, text: string): Expected {
  const bytes = Buffer.from(text);
  const blob = { digest: digestOf(bytes), size: bytes.length };
  if (!hasBlob(folder, blob)) writeFileSync(blobPath(folder, blob.digest), bytes, { mode: 0o444 });
  return blob;
}

/** Stores content and returns its digest and size. The write is atomic. */
export async function addBlob(folder: string, source: AsyncIterable<Uint8Array>): Promise<Expected> {
  const metered = meter(source);
  return intoPlace(folder, async (partial) => {
    await writeAll(partial, metered.chunks);
    return metered.result();
  });
}

/** Stores content and checks its digest and size. The write is atomic. */
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
 * Checks a file and stores it as a hard link, which takes no time and no space. Copies it if it is on another
 * file system. Only for files that are never edited in place.
 */
export async function linkBlob(folder: string, file: string, expected: Expected): Promise<void> {
  for await (const chunk of verified(fileChunks(file), expected, `"${file}"`)) void chunk;
  await intoPlace(folder, async (partial) => {
    await link(file, partial).catch(() => copyFile(file, partial));
    return expected;
  });
}

/** Uses synchronous calls for operations of microseconds: passing them to another thread takes longer. */
async function intoPlace(folder: string, write: (partial: string) => Promise<Expected>): Promise<Expected> {
  const partial = partialPath(folder);
  try {
    mkdirSync(join(folder, 'sha256'), { recursive: true });
    sweepPartials(folder);
    const blob = await write(partial);
    renameSync(partial, blobPath(folder, blob.digest));
    // Renaming a hard link to another name of the same file has no effect and leaves both names.
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
