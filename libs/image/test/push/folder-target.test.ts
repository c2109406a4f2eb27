import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blobPath } from '../../src/layout/blob-folder.ts';
import { withTag } from '../../src/push/folder-target.ts';
import { mediaTypes, refName } from '../../src/oci/schemas.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { smallImage, type SmallImage } from '../support/small-image.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const push = (image: SmallImage, folder: string, tags: string[] = []) =>
  pushImage({ layout: image.layout, blobs: image.blobs, to: `oci:${folder}`, tags });

async function tagsOf(folder: string): Promise<Record<string, string>> {
  const { roots } = await checkLayout(folder);
  return Object.fromEntries(roots.map(({ digest, annotations }) => [annotations?.[refName] ?? '', digest]));
}

describe('a push to a folder', () => {
  test('makes a complete layout, and a second push sends 0 bytes and changes no file', async () => {
    const [image, folder] = [await smallImage(), join(await tempFolder(), 'registry', 'app')];
    expect(await push(image, folder, ['v1'])).toMatchObject({
      uploadedBlobs: 5,
      existed: false,
      requests: 0,
    });
    expect(await tagsOf(folder)).toEqual({ v1: image.result.digest });
    const before = await stat(join(folder, 'index.json'));
    expect(await push(image, folder, ['v1'])).toMatchObject({
      uploadedBytes: 0,
      uploadedBlobs: 0,
      existed: true,
    });
    expect((await stat(join(folder, 'index.json'))).mtimeMs).toBe(before.mtimeMs);
  });

  test('shares base blobs by hard links and copies the application’s', async () => {
    const [image, folder] = [await smallImage(), await tempFolder()];
    await push(image, folder);
    const [base = '', app = ''] = [image.base.digest, image.result.layers[0]?.digest];
    const inode = async (root: string, digest: string) => (await stat(blobPath(root, digest))).ino;
    expect(await inode(join(folder, 'blobs'), base)).toBe(await inode(image.blobs, base));
    expect(await inode(join(folder, 'blobs'), app)).not.toBe(await inode(join(image.layout, 'blobs'), app));
  });

  test('keeps older images and tags, and moves a tag without losing its previous image', async () => {
    const [first, second, folder] = [await smallImage(), await smallImage('other'), await tempFolder()];
    await push(first, folder);
    expect(await tagsOf(folder)).toEqual({ '': first.result.digest });
    await push(first, folder, ['latest', 'v1']);
    await push(second, folder, ['latest']);
    expect(await tagsOf(folder)).toEqual({ v1: first.result.digest, latest: second.result.digest });
    await push(second, folder, ['v1']);
    expect(await tagsOf(folder)).toEqual({
      '': first.result.digest,
      v1: second.result.digest,
      latest: second.result.digest,
    });
  });

  test('refuses a damaged base blob, lists no image, and leaves no work running', async () => {
    // Copying this layer takes longer than detecting the damage.
    const large = randomBytes(6_000_000).toString('base64');
    const [image, folder] = [await smallImage(large), await tempFolder()];
    const blob = blobPath(image.blobs, image.base.digest ?? '');
    const { size } = await stat(blob);
    await writeFile(blob.replace(/[^/]+$/, 'damaged'), Buffer.alloc(size));
    await rename(blob.replace(/[^/]+$/, 'damaged'), blob);
    expect((await failureOf(push(image, folder))).code).toBe('digest-mismatch');
    expect(await readdir(join(folder, 'blobs'))).toEqual(['sha256']);
    expect(existsSync(join(folder, 'index.json'))).toBe(false);
    expect(existsSync(blobPath(join(folder, 'blobs'), image.base.digest ?? ''))).toBe(false);
  });

  test('parallel to twenty others loses no tag', async () => {
    const [image, other, folder] = [await smallImage(), await smallImage('other'), await tempFolder()];
    await Promise.all(Array.from({ length: 20 }, (_, n) => push(n % 2 ? image : other, folder, [`t${n}`])));
    const expected = Array.from({ length: 20 }, (_, n) => [`t${n}`, (n % 2 ? image : other).result.digest]);
    expect(await tagsOf(folder)).toEqual(Object.fromEntries(expected));
    expect((await readdir(folder)).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  test('takes over a lock whose process has ended, or that is old', async () => {
    const [image, folder] = [await smallImage(), await tempFolder()];
    const lock = join(folder, 'index.json.lock');
    await writeFiles(folder, { 'index.json.lock': `999999999 ${hostname()} gone` });
    await push(image, folder, ['v1']);
    await writeFile(lock, `${process.pid} another-machine old`);
    await utimes(lock, new Date(), new Date(Date.now() - 60_000));
    await push(image, folder, ['v2']);
    expect(Object.keys(await tagsOf(folder))).toEqual(['v1', 'v2']);
    expect(existsSync(lock)).toBe(false);
  });

  test('killed at any moment leaves a readable layout, and the next push completes it', async () => {
    const [first, second] = [await smallImage(), await smallImage('next')];
    const kill = async (nth: number) => {
      const folder = await tempFolder();
      await push(first, folder, ['v1']);
      const program = new URL('../support/push-and-die.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, [
        program,
        second.layout,
        second.blobs,
        `oci:${folder}`,
        String(nth),
      ]);
      const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
      expect(signal).toBe('SIGKILL');
      expect(await tagsOf(folder)).toEqual({ v1: first.result.digest });
      await push(second, folder, ['v1']);
      expect(await tagsOf(folder)).toEqual({ '': first.result.digest, v1: second.result.digest });
    };
    await Promise.all([kill(1), kill(6)]);
  });
});

test('a tag replaces the untagged entry of its image', () => {
  const image = { mediaType: mediaTypes.index, digest: `sha256:${'a'.repeat(64)}`, size: 1 };
  expect(withTag([image], 'v1', image)).toEqual([{ ...image, annotations: { [refName]: 'v1' } }]);
});

test('a folder’s index.json is canonical JSON', async () => {
  const [image, folder] = [await smallImage(), await tempFolder()];
  await push(image, folder);
  const text = await readFile(join(folder, 'index.json'), 'utf8');
  expect(text).toMatch(/^\{"manifests":\[\{"digest":/);
});
