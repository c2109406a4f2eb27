import { blobPath, hasBlob } from './blob-folder.ts';
import { fileChunks, once, readWhole, smallContent, collect } from '../disk/read-chunks.ts';
import { assertContent, verified, type Expected } from '../oci/digest.ts';
import { ImageError } from '../error.ts';
import type { Repository } from '../oci/reference.ts';
import type { Document } from '../oci/document.ts';
import type { Descriptor } from '../oci/schemas.ts';
import { jsonLimit } from '../json/validate.ts';

/** A blob that a source has. Its bytes are checked against digest and size while they are read. */
export interface FoundBlob {
  /** Its file in the shared blob folder. The file is never edited, so it may be hard-linked. */
  sharedFile?: string;
  /** True if the blob is on this machine, absent if it is in a registry. */
  isLocal?: true;
  /** The repository that the blob is in, if it is in a registry. */
  repository?: Extract<Repository, { kind: 'registry' }>;
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** Finds a blob. Returns undefined if the source does not have it. */
export type BlobSource = (blob: Expected) => Promise<FoundBlob | undefined>;

/** Cache size for small blobs, in bytes: a push to several registries reads and checks each one once. */
const keptLimit = 8 * 1024 * 1024;

/** The blobs of a content-addressed folder. @param shared the files are never edited or removed */
export function folderBlobs(folder: string, shared = false): BlobSource {
  const kept = new Map<string, Uint8Array>();
  let room = keptLimit;
  const readSmall = (file: string, blob: Expected) => {
    const bytes = readWhole(file);
    assertContent(bytes, blob, `"${file}"`);
    if (blob.size > room) return bytes;
    room -= blob.size;
    kept.set(blob.digest, bytes);
    return bytes;
  };
  return async (blob) => {
    if (!hasBlob(folder, blob)) return undefined;
    const file = blobPath(folder, blob.digest);
    return {
      isLocal: true,
      ...(shared ? { sharedFile: file } : {}),
      open: async () =>
        blob.size > smallContent
          ? verified(fileChunks(file), blob, `"${file}"`)
          : once(kept.get(blob.digest) ?? readSmall(file, blob)),
    };
  };
}

/** Blobs that are in memory. */
export function documentBlobs(documents: readonly Document[]): BlobSource {
  return async ({ digest }) => {
    const found = documents.find(({ descriptor }) => descriptor.digest === digest);
    return found && { isLocal: true, open: async () => once(found.bytes) };
  };
}

/** Asks the sources in order. */
export function firstOf(sources: readonly BlobSource[]): BlobSource {
  return async (blob) => {
    for (const source of sources) {
      const found = await source(blob);
      if (found) return found;
    }
    return undefined;
  };
}

/** Returns the blob. @throws ImageError `blob-missing` */
export async function requireBlob(source: BlobSource, blob: Expected, place: string): Promise<FoundBlob> {
  const found = await source(blob);
  if (found) return found;
  throw new ImageError(
    'blob-missing',
    `${place} refers to ${blob.digest} (${blob.size} bytes), which is neither in the image's folder nor in the folder of base blobs: ` +
      'build the image again, with the same folder of base blobs',
    { value: blob.digest },
  );
}

/** Reads and checks a small blob. */
export async function readSmall(blobs: BlobSource, blob: Descriptor): Promise<Buffer> {
  const tooLarge = () =>
    new ImageError('document-invalid', `${blob.digest} is larger than ${jsonLimit} bytes`, {
      value: blob.digest,
    });
  if (blob.size > jsonLimit) throw tooLarge();
  const found = await blobs(blob);
  if (!found) throw new ImageError('blob-missing', `${blob.digest} is missing`, { value: blob.digest });
  return collect(await found.open(), jsonLimit, tooLarge);
}
