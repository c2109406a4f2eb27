import { join } from 'node:path';
import type { Base } from '../../src/base/base.ts';
import { buildImage } from '../../src/build/build-image.ts';
import type { ImageResult } from '../../src/layout/image-json.ts';
import { basesFor } from './small-base.ts';
import { smallImage, type SmallImage } from './small-image.ts';

export interface PlatformsImage extends Omit<SmallImage, 'base'> {
  bases: Base[];
  /** The image of the same application for one platform. */
  single: ImageResult;
}

/** A built image for several platforms, whose bases have one layer each. */
export async function platformsImage(
  text?: string,
  architectures = ['amd64', 'arm64'],
): Promise<PlatformsImage> {
  const { folder, bundle, blobs, result: single } = await smallImage(text);
  const bases = await basesFor(blobs, architectures);
  const layout = join(folder, 'platforms');
  const result = await buildImage({ bundle, output: layout, bases, name: 'small' });
  return { folder, bundle, blobs, layout, bases, result, single };
}
