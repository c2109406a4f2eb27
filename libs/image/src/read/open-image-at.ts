import { existsSync } from 'node:fs';
import { isDigest } from '../oci/digest.ts';
import { ImageError } from '../error.ts';
import { openImage, readPlatforms, type Image } from '../layout/open-image.ts';
import { openOrigin, type OriginOptions } from './image-origin.ts';
import { parseRepository, splitImage } from '../oci/reference.ts';

interface OpenOptions extends OriginOptions {
  /** Digest of the image. Required if the folder has several. */
  digest?: string | undefined;
}

/**
 * Opens an image in a registry (`repository@sha256:…`) or in a folder that is an OCI layout with one image
 * (`DIR` or `oci:DIR`). Layers are read on demand.
 * @throws ImageError `invalid-input`, `image-missing`, `document-invalid`, `digest-mismatch`, …
 */
export async function openImageAt(text: string, options: OpenOptions): Promise<Image> {
  if (!isDigest(text.slice(text.lastIndexOf('@') + 1))) {
    const layout = text.replace(/^oci:/, '');
    if (existsSync(layout)) return openImage({ ...options, layout });
    throw new ImageError(
      'invalid-input',
      `"${text}" is neither a folder nor repository@sha256:…: build the image first, or list digests with "image ls"`,
      { value: text },
    );
  }
  const { repository: name, digest } = splitImage(text);
  const repository = parseRepository(name);
  if (repository.kind === 'folder') return openImage({ ...options, layout: repository.folder, digest });
  const origin = await openOrigin(repository, options);
  try {
    const root = await origin.document(digest);
    const read = ({ digest, mediaType }: { digest: string; mediaType: string }) =>
      origin.document(digest, mediaType);
    const platforms = await readPlatforms(root, name, read, origin.blobs);
    return { root, ...platforms, result: undefined, source: origin.blobs, close: () => origin.close() };
  } catch (error) {
    origin.close();
    throw error;
  }
}
