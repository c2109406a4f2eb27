import type { FoundBlob } from '../layout/blob-source.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import type { Descriptor } from '../oci/schemas.ts';
import type { ReferrersTarget } from './list-referrers.ts';
import type { Document } from '../oci/document.ts';

/** A repository that images are pushed to: a registry or a folder. */
export interface Target extends ReferrersTarget {
  /** The name as given by the user. */
  name: string;
  /** True if the repository has the complete image: the root is written last. */
  hasImage(root: Document): Promise<boolean>;
  /** @param isNew small and probably missing: sent without a HEAD, unless this process has seen the blob */
  hasBlob(blob: Descriptor, isNew: boolean): Promise<boolean>;
  /** @param onBytes called with the number of bytes of each sent chunk */
  putBlob(
    blob: Descriptor,
    found: FoundBlob,
    onBytes: (bytes: number) => void,
  ): Promise<'uploaded' | 'mounted'>;
  /** Writes a platform's manifest, before the root that names it, or a referrer. */
  putManifest(document: Document): Promise<void>;
  /**
   * Writes the root, which completes the image. Sets the tag in the same request.
   * @throws ImageError `tag-immutable`
   */
  putRoot(root: Document, tag?: string): Promise<void>;
  /** The digest of a tag. */
  tagged(tag: string): Promise<string | undefined>;
  /** Sets a tag of an image that the repository has. @throws ImageError `tag-immutable` */
  putTag(tag: string, root: Document): Promise<void>;
  /** Called when the repository has a complete image with these blobs. */
  complete(blobs: readonly Descriptor[]): Promise<void>;
  /** The number of HTTP requests so far; 0 for a folder. */
  requests(): number;
  close(): void;
}

export interface TargetOptions {
  credentials: CredentialStore;
  /** Aborts all requests. */
  signal: AbortSignal;
  /** Use plain http for a host that is not loopback. */
  insecure?: boolean | undefined;
}
