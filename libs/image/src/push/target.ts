import type { FoundBlob } from '../layout/blob-source.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import type { Descriptor } from '../oci/schemas.ts';
import type { ReferrersTarget } from './list-referrers.ts';
import type { Document } from '../oci/document.ts';

/** What a push needs from a repository; a registry and a folder are the two that exist. */
export interface Target extends ReferrersTarget {
  /** As the user wrote it. */
  name: string;
  /** True when the image is there, whole: it is written last. */
  hasImage(root: Document): Promise<boolean>;
  /** @param isNew it is small and hardly there: sending it takes less than asking, unless this process saw it there */
  hasBlob(blob: Descriptor, isNew: boolean): Promise<boolean>;
  /** @param onBytes called with the number of bytes of each piece that was sent */
  putBlob(
    blob: Descriptor,
    found: FoundBlob,
    onBytes: (bytes: number) => void,
  ): Promise<'uploaded' | 'mounted'>;
  /** A platform's manifest, before the root that names it; or a referrer. */
  putManifest(document: Document): Promise<void>;
  /**
   * Makes the image complete, and lets a tag lead to it at once.
   * @throws ImageError `tag-immutable`
   */
  putRoot(root: Document, tag?: string): Promise<void>;
  /** The digest a tag leads to. */
  tagged(tag: string): Promise<string | undefined>;
  /** Lets a tag lead to an image that is there. @throws ImageError `tag-immutable` */
  putTag(tag: string, root: Document): Promise<void>;
  /** Told when an image with these blobs is there, whole. */
  complete(blobs: readonly Descriptor[]): Promise<void>;
  /** HTTP requests so far; 0 for a folder. */
  requests(): number;
  close(): void;
}

export interface TargetOptions {
  credentials: CredentialStore;
  /** Ends every request. */
  signal: AbortSignal;
  /** Plain http for a host that is not loopback. */
  insecure?: boolean | undefined;
}
