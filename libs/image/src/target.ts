import type { FoundBlob } from './blob-source.ts';
import type { Document } from './image.ts';
import type { Descriptor } from './oci.ts';

/** What a push needs from a repository; a registry and a folder are the two that exist. */
export interface Target {
  /** True when the image is there, whole: it is written last. */
  hasImage(root: Document): Promise<boolean>;
  hasBlob(blob: Descriptor): Promise<boolean>;
  /** @param onBytes called with the number of bytes of each piece that was sent */
  putBlob(blob: Descriptor, found: FoundBlob, onBytes: (bytes: number) => void): Promise<void>;
  /** A platform's manifest, before the root that names it. */
  putManifest(document: Document): Promise<void>;
  putRoot(root: Document): Promise<void>;
  /** The digest a tag leads to. */
  tagged(tag: string): Promise<string | undefined>;
  /** @throws ImageError `tag-immutable` */
  putTag(tag: string, root: Document): Promise<void>;
  /** HTTP requests so far; 0 for a folder. */
  requests(): number;
  close(): void;
}
