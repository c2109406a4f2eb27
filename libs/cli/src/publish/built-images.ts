import type { Image } from '@slipway/gitops';
import { imagesBuiltFrom } from '@slipway/image';

/**
 * Finds the images of a repository whose provenance names a commit.
 *
 * @throws {ImageError} if the repository refuses or cannot be reached
 */
export async function builtImages(repository: string, commit: string): Promise<Image[]> {
  const images = await imagesBuiltFrom({ repository, commit });
  return images.flatMap(({ tag, digest }) => (tag === undefined ? [] : [{ repository, tag, digest }]));
}
