import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attestImage } from '../../src/attest/attest.ts';
import { readBundle } from '../../src/build/bundle.ts';
import { readLayoutIndex } from '../../src/layout/layout-files.ts';
import { readElf } from '../../src/base/elf.ts';
import { fileChunks, readWhole } from '../../src/disk/read-chunks.ts';
import { readImageResult } from '../../src/layout/image-json.ts';
import { bundleSbom } from '../../src/build/sbom.ts';
import { pushedImage } from '../support/attested-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry } from '../support/fake-registry.ts';
import { smallImage } from '../support/small-image.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Makes a path that exists and cannot be read, not even by root: a folder instead of a file. */
async function folderInsteadOf(file: string): Promise<string> {
  await rm(file, { force: true });
  await mkdir(file);
  return file;
}

const bytesOf = (source: AsyncIterable<Uint8Array>) => Array.fromAsync(source);

describe('an existing path that cannot be read is named:', () => {
  test('a file of a layout', async () => {
    const { layout } = await smallImage();
    for (const [name, read] of [
      ['index.json', readLayoutIndex],
      ['image.json', readImageResult],
    ] as const) {
      const file = await folderInsteadOf(join(layout, name));
      const { code, value, message } = await failureOf(async () => read(layout));
      expect([code, value]).toEqual(['read-failed', file]);
      expect(message).toContain('(EISDIR): make it readable for this user');
    }
  });

  test('the SBOM, which is not silently omitted', async () => {
    const { attest, layout } = await pushedImage(`${(await fakeRegistry()).host}/app`);
    const file = await folderInsteadOf(join(layout, 'sbom.cdx.json'));
    const failure = await failureOf(attestImage(attest));
    expect([failure.code, failure.value]).toEqual(['read-failed', file]);
  });

  test('a file of a bundle', async () => {
    const { folder, base } = await smallImage();
    const metafile = await folderInsteadOf(join(folder, 'meta.json'));
    const sbom = bundleSbom({ name: 'app', metafile, root: folder, files: [], base });
    expect((await failureOf(sbom)).value).toBe(metafile);
    const gone = join(folder, 'gone');
    for (const work of [() => readWhole(gone), () => readElf(gone), () => bytesOf(fileChunks(gone))]) {
      const { code, value } = await failureOf(work);
      expect([code, value]).toEqual(['read-failed', gone]);
    }
  });

  test('a folder whose path is too long', async () => {
    const folder = await tempFolder();
    const levels = Array<string>(10).fill('d'.repeat(240));
    const [half, other] = [join(folder, 'half', ...levels), join(folder, 'other')];
    await mkdir(half, { recursive: true });
    await mkdir(join(other, ...levels), { recursive: true });
    await rename(other, join(half, 'other'));
    try {
      const failure = await failureOf(readBundle(folder));
      expect(failure.code).toBe('read-failed');
      expect(failure.message).toContain('(ENAMETOOLONG)');
    } finally {
      // It cannot be deleted by its full path.
      await rename(join(half, 'other'), other);
    }
  });
});
