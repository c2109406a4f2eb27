import { join } from 'node:path';
import type { Base } from '../../src/base/base.ts';
import { buildImage } from '../../src/build/build-image.ts';
import type { ImageResult } from '../../src/layout/image-json.ts';
import { smallBase } from './small-base.ts';
import { tempFolder, writeFiles } from './temp-folder.ts';

export interface SmallImage {
  folder: string;
  bundle: string;
  blobs: string;
  layout: string;
  base: Base;
  result: ImageResult;
}

/** A built image of a few hundred bytes. */
export async function smallImage(text = 'console.log("hello")'): Promise<SmallImage> {
  const folder = await tempFolder();
  const [bundle, blobs, layout] = [join(folder, 'bundle'), join(folder, 'blobs'), join(folder, 'layout')];
  await writeFiles(bundle, { 'main.mjs': text, 'assets/page.html': '<p>', 'node_modules/a/index.js': 'a' });
  const base = await smallBase(blobs);
  return {
    folder,
    bundle,
    blobs,
    layout,
    base,
    result: await buildImage({ bundle, output: layout, base, name: 'small' }),
  };
}
