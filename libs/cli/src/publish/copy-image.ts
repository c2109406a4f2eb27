import { join } from 'node:path';
import type { ImageCopy } from '@slipway/gitops';
import { copyImage as copy } from '@slipway/image';
import { BLOBS } from './publish.ts';

/**
 * Copies an image and its referrers from one repository to another, with the same digest and tag. Content
 * that the target has is not sent.
 *
 * @param root the workspace; its blob folder contains base layers
 * @throws {ImageError} if one of the repositories refuses or cannot be reached
 */
export async function copyImage(root: string, { from, to, digest, tag }: ImageCopy): Promise<void> {
  await copy({ from, to, digest, tags: [tag], blobs: join(root, BLOBS) });
}
