import { blobPath, hasBlob } from './blob-folder.ts';
import { fileChunks } from './chunks.ts';
import { verified, type Expected } from './digest.ts';
import { ImageError } from './error.ts';
import type { Repository } from './reference.ts';

/** A blob that was found. Its bytes are checked against digest and size while they are read. */
export interface FoundBlob {
  /** A file of the shared blob folder, which nobody edits: may be hard-linked. */
  sharedFile?: string;
  /** On this machine, as opposed to in a registry. */
  isLocal?: true;
  /** The repository of a registry that it comes from. */
  repository?: Extract<Repository, { kind: 'registry' }>;
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** Somewhere that blobs come from. */
export type BlobSource = (blob: Expected) => Promise<FoundBlob | undefined>;

/** Blobs of a content-addressed folder. @param shared nobody edits or removes them in place. */
export function folderBlobs(folder: string, shared = false): BlobSource {
  return async (blob) => {
    if (!hasBlob(folder, blob)) return undefined;
    const file = blobPath(folder, blob.digest);
    return {
      isLocal: true,
      ...(shared ? { sharedFile: file } : {}),
      open: async () => verified(fileChunks(file, blob.size), blob, `"${file}"`),
    };
  };
}

/** Asks one source after the other. */
export function firstOf(sources: readonly BlobSource[]): BlobSource {
  return async (blob) => {
    for (const source of sources) {
      const found = await source(blob);
      if (found) return found;
    }
    return undefined;
  };
}

/** The blob, or an error that names it. @throws ImageError `blob-missing` */
export async function requireBlob(source: BlobSource, blob: Expected, place: string): Promise<FoundBlob> {
  const found = await source(blob);
  if (found) return found;
  throw new ImageError(
    'blob-missing',
    `${place} refers to ${blob.digest} (${blob.size} bytes), which is neither there nor in the folder of base blobs: ` +
      'build the image again, with the same folder of base blobs',
    { value: blob.digest },
  );
}
