import { join } from 'node:path';
import { GitopsError, type ImageCopy } from '@slipway/gitops';
import { parseRepository, pushImage } from '@slipway/image';
import { BLOBS } from './publish.ts';

/**
 * Brings an image from one repository to another, under the same digest and tag. What is there is not sent again.
 *
 * @param root the workspace, whose blob folder holds base layers
 * @throws {GitopsError} `refused` for an image in a registry: only images in a folder can be copied so far
 * @throws {ImageError} when the target refuses or cannot be reached
 */
export async function copyImage(root: string, { from, to, digest, tag }: ImageCopy): Promise<void> {
  const repository = parseRepository(from);
  if (repository.kind !== 'folder') {
    throw new GitopsError(
      'refused',
      'copying from a registry is not supported yet. Until it is, let both environments name the same registry',
      { value: from },
    );
  }
  await pushImage({ layout: repository.folder, blobs: join(root, BLOBS), digest, to, tags: [tag] });
}
