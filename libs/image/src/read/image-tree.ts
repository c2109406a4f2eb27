import { assertContent } from '../oci/digest.ts';
import { readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { IndexSchema, isIndexType, ManifestSchema, type Descriptor } from '../oci/schemas.ts';
import type { Origin } from './image-origin.ts';
import type { Document } from '../oci/document.ts';

/** The documents and blobs below a manifest or index. */
interface ImageTree {
  /** Manifests and indexes without the root, each after the documents that it names. */
  children: Document[];
  /** All configurations and layers, without duplicates. */
  blobs: Descriptor[];
}

/** The image-spec allows an index of indexes. More levels than this are refused. */
const depthLimit = 4;

/**
 * Reads all documents below a root and checks each against its descriptor. Layers are not read.
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
      throw new ImageError('document-invalid', `${place} is nested in ${depth} indexes: flatten the image`, {
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
