import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blobPath } from '../../src/layout/blob-folder.ts';
import { openImage } from '../../src/layout/open-image.ts';
import { readImageResult } from '../../src/layout/image-json.ts';
import { failureOf } from '../support/failure-of.ts';
import { smallImage } from '../support/small-image.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

async function overwrite(file: string, text: string): Promise<void> {
  await chmod(file, 0o644);
  await writeFile(file, text);
}

describe('opening an image', () => {
  test('refuses a document whose bytes changed', async () => {
    const { layout, blobs, result } = await smallImage();
    const file = blobPath(join(layout, 'blobs'), result.digest);
    await overwrite(file, (await readFile(file, 'utf8')).replace('amd64', 'arm64'));
    expect((await failureOf(openImage({ layout, blobs }))).code).toBe('digest-mismatch');
  });

  test.each([
    ['oci-layout', '{"imageLayoutVersion":"9.0.0"}'],
    [
      'index.json',
      '{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:../../etc/passwd","size":1}]}',
    ],
    ['index.json', '{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"md5:abc","size":-1}]}'],
    ['index.json', '{"schemaVersion":1,"manifests":[]}'],
    ['index.json', '{"schemaVersion":2,"manifests":[]}'],
    ['index.json', '[]'],
    ['index.json', 'no JSON'],
    ['image.json', '{"digest":"latest"}'],
  ])('refuses a layout whose %s is %s', async (name, text) => {
    const { layout, blobs } = await smallImage();
    await overwrite(join(layout, name), text);
    expect((await failureOf(openImage({ layout, blobs }))).code).toBe('document-invalid');
  });

  test('names a folder that is not a layout, and says to build the image first', async () => {
    const folder = await writeFiles(await tempFolder(), { file: 'x' });
    expect((await failureOf(openImage({ layout: folder }))).message).toContain('build the image first');
    expect((await failureOf(readImageResult(folder))).message).toContain('build the image first');
  });
});
