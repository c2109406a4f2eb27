import { stat } from 'node:fs/promises';
import { blobPath } from '../layout/blob-folder.ts';
import type { BlobSource } from '../layout/blob-source.ts';
import { readWhole } from '../disk/read-chunks.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { assertContent, verified } from '../oci/digest.ts';
import { jsonLimit, readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { layoutBlobs } from '../layout/open-image.ts';
import { blobsOf, readLayoutIndex } from '../layout/layout-files.ts';
import { documentType, IndexSchema, refName, type Descriptor } from '../oci/schemas.ts';
import { asReadFailure, isAbsent } from '../disk/read-failure.ts';
import type { Repository } from '../oci/reference.ts';
import { readReferrers } from '../registry/read-lists.ts';
import { RemoteRepository } from '../registry/remote-repository.ts';
import type { Document } from '../oci/document.ts';
import { referrersTag } from '../oci/referrers-tag.ts';

/** A repository that images are read from by digest: a registry or a folder. */
export interface Origin {
  /**
   * Reads a manifest or index and checks its digest.
   * @param mediaType the media type in the descriptor; used if the document does not contain one
   * @throws ImageError `image-missing`, `digest-mismatch`
   */
  document(digest: string, mediaType?: string): Promise<Document>;
  blobs: BlobSource;
  /** Manifests that name this digest as their subject: signatures, SBOMs, provenance. */
  referrers(digest: string): Promise<Descriptor[]>;
  /** The number of HTTP requests so far; 0 for a folder. */
  requests(): number;
  close(): void;
}

export interface OriginOptions {
  /** Folder of base blobs, for a sparse layout. */
  blobs?: string | undefined;
  credentials: CredentialStore;
  /** Aborts all requests. */
  signal: AbortSignal;
  /** Use plain http for a host that is not loopback. */
  insecure?: boolean | undefined;
}

/** Opens a repository for reading. */
export async function openOrigin(repository: Repository, options: OriginOptions): Promise<Origin> {
  return repository.kind === 'folder'
    ? folderOrigin(repository.folder, options)
    : registryOrigin(repository, options);
}

function registryOrigin(
  repository: Extract<Repository, { kind: 'registry' }>,
  { credentials, signal, insecure }: OriginOptions,
): Origin {
  const remote = new RemoteRepository({ repository, access: 'pull', credentials, signal, insecure });
  return {
    async document(digest, hint) {
      const { bytes, mediaType } = await remote.fetchManifest(digest).catch((error: unknown) => {
        const missing = error instanceof ImageError && error.code === 'repository-missing';
        throw missing ? imageMissing(repository.name, digest, error) : error;
      });
      return documentOf(bytes, digest, hint ?? mediaType);
    },
    blobs: async (blob) => ({
      repository,
      open: async () =>
        verified(await remote.openBlob(blob.digest), blob, `${blob.digest} of ${repository.name}`),
    }),
    referrers: async (digest) => (await readReferrers(remote, digest)).list,
    requests: () => remote.requests(),
    close: () => remote.close(),
  };
}

async function folderOrigin(folder: string, options: OriginOptions): Promise<Origin> {
  const blobs = await layoutBlobs({ layout: folder, ...options });
  const document: Origin['document'] = async (digest, hint) => {
    const file = blobPath(blobsOf(folder), digest);
    const found = await stat(file).catch((cause: unknown) => {
      if (!isAbsent(cause)) throw asReadFailure(cause, file);
      throw imageMissing(`"${folder}"`, digest, cause);
    });
    if (found.size > jsonLimit) {
      throw new ImageError('document-invalid', `"${file}" is larger than ${jsonLimit} bytes`, {
        value: digest,
      });
    }
    const bytes = readWhole(file);
    assertContent(bytes, { digest }, `"${file}"`);
    return documentOf(bytes, digest, hint);
  };
  return {
    document,
    blobs: blobs.source,
    async referrers(digest) {
      const tag = referrersTag(digest);
      const { manifests } = readLayoutIndex(folder);
      const listed = manifests.find(({ annotations }) => annotations?.[refName] === tag);
      if (!listed) return [];
      const list = await document(listed.digest, listed.mediaType);
      return readJson(IndexSchema, list.bytes, `the referrers of ${digest} in "${folder}"`).manifests;
    },
    requests: () => 0,
    close: () => blobs.close(),
  };
}

function documentOf(bytes: Buffer, digest: string, hint: string | undefined): Document {
  return { descriptor: { mediaType: documentType(bytes, hint), digest, size: bytes.length }, bytes };
}

function imageMissing(place: string, digest: string, cause: unknown): ImageError {
  const message = `${place} has no image ${digest}: give another digest or repository`;
  return new ImageError('image-missing', message, { value: digest, cause });
}
