import { blobPath, hasBlob } from './blob-folder.ts';
import { fileChunks, once, readWhole, smallContent, collect } from '../disk/chunks.ts';
import { assertContent, verified, type Expected } from '../oci/digest.ts';
import { ImageError } from '../error.ts';
import type { Repository } from '../oci/reference.ts';
import type { Document } from '../oci/document.ts';
import type { Descriptor } from '../oci/schemas.ts';
import { jsonLimit } from '../json/validate.ts';

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

/** Small blobs that were read are kept up to this, so that the next registry is sent what was read and checked once. Bytes. */
const keptLimit = 8 * 1024 * 1024;

/** Blobs of a content-addressed folder. @param shared nobody edits or removes them in place. */
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

/** Blobs that are at hand. */
export function documentBlobs(documents: readonly Document[]): BlobSource {
  return async ({ digest }) => {
    const found = documents.find(({ descriptor }) => descriptor.digest === digest);
    return found && { isLocal: true, open: async () => once(found.bytes) };
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

/** A small blob, checked. */
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
