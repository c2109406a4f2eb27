import { assertContent } from '../oci/digest.ts';
import { readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { IndexSchema, isIndexType, ManifestSchema, type Descriptor } from '../oci/schemas.ts';
import type { Origin } from './origin.ts';
import type { Document } from '../oci/document.ts';

/** What lies below a manifest or index. */
interface ImageTree {
  /** Manifests and indexes, each after what it names; without the root. */
  children: Document[];
  /** Every configuration and layer once. */
  blobs: Descriptor[];
}

/** An index of indexes is allowed by the image-spec; nobody needs more levels than this. */
const depthLimit = 4;

/**
 * Reads every document below a root, each checked against what names it. Layers are not read.
 * @throws ImageError `image-missing`, `document-invalid`, `digest-mismatch`
 */
export async function readTree(origin: Origin, root: Document): Promise<ImageTree> {
  const [children, blobs] = [new Map<string, Document>(), new Map<string, Descriptor>()];

  async function visit({ descriptor, bytes }: Document, depth: number): Promise<void> {
    const place = `${descriptor.mediaType} ${descriptor.digest}`;
    if (!isIndexType(descriptor.mediaType)) {
      const { config, layers } = readJson(ManifestSchema, bytes, place);
      for (const blob of [config, ...layers]) blobs.set(blob.digest, blob);
      return;
    }
    if (depth === depthLimit) {
      throw new ImageError('document-invalid', `${place} lies ${depth} indexes deep: flatten the image`, {
        value: descriptor.digest,
      });
    }
    for (const child of readJson(IndexSchema, bytes, place).manifests) {
      if (children.has(child.digest)) continue;
      const document = await origin.document(child.digest, child.mediaType);
      assertContent(document.bytes, child, child.digest);
      await visit(document, depth + 1);
      children.set(child.digest, document);
    }
  }

  await visit(root, 0);
  return { children: [...children.values()], blobs: [...blobs.values()] };
}
