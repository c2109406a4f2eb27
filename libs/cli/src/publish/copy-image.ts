import { join } from 'node:path';
import type { ImageCopy } from '@slipway/gitops';
import { copyImage as copy } from '@slipway/image';
import { BLOBS } from './publish.ts';

/**
 * Brings an image from one repository to another, under the same digest and tag, with what refers to it. What is
 * there is not sent again.
 *
 * @param root the workspace, whose blob folder holds base layers
 * @throws {ImageError} when one of the repositories refuses or cannot be reached
 */
export async function copyImage(root: string, { from, to, digest, tag }: ImageCopy): Promise<void> {
  await copy({ from, to, digest, tags: [tag], blobs: join(root, BLOBS) });
}
