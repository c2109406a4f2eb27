import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportImage } from '../../src/read/export-image.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { smallImage } from '../support/small-image.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const hasSkopeo = spawnSync('skopeo', ['--version']).status === 0;

describe('an exported image', () => {
  test('is a complete OCI layout with the digest of the build', async () => {
    const { layout, blobs, result, folder } = await smallImage();
    const output = join(folder, 'whole');
    expect(await exportImage({ layout, blobs, output, tag: 'v1' })).toMatchObject({ digest: result.digest });
    const { roots, reached, present } = await checkLayout(output);
    expect(roots).toMatchObject([
      { digest: result.digest, annotations: { 'org.opencontainers.image.ref.name': 'v1' } },
    ]);
    expect(present).toEqual(reached);
  });

  test('as an archive contains the same layout, with identical bytes in each run', async () => {
    const { layout, blobs, result, folder } = await smallImage();
    const archives = ['a.tar', 'b.tar'].map((name) => join(folder, name));
    for (const output of archives) await exportImage({ layout, blobs, output });
    const [first, second] = await Promise.all(archives.map((file) => readFile(file)));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    await mkdir(join(folder, 'read'));
    execFileSync('tar', ['-xf', archives[0] ?? '', '-C', join(folder, 'read')]);
    expect((await checkLayout(join(folder, 'read'))).roots.map(({ digest }) => digest)).toEqual([
      result.digest,
    ]);
    const unpacked = await stat(join(folder, 'read/blobs/sha256'));
    expect(unpacked.mode & 0o700).toBe(0o700); // so users without root rights can delete it
  });

  test('can be read from a repository folder by its digest', async () => {
    const [one, two] = [await smallImage(), await smallImage('two')];
    const [repository, output] = [join(one.folder, 'repository'), join(one.folder, 'out')];
    for (const { layout, blobs } of [one, two]) await pushImage({ layout, blobs, to: `oci:${repository}` });
    const failure = await failureOf(exportImage({ layout: repository, output }));
    expect(failure.message).toContain(two.result.digest);
    await exportImage({ layout: repository, output, digest: two.result.digest });
    expect((await checkLayout(output)).roots.map(({ digest }) => digest)).toEqual([two.result.digest]);
  });

  test('replaces a folder that is not empty only with the option `replace`', async () => {
    const { layout, blobs } = await smallImage();
    const output = await writeFiles(await tempFolder(), { 'thesis.txt': 'ten years' });
    expect((await failureOf(exportImage({ layout, blobs, output }))).code).toBe('output-refused');
    await exportImage({ layout, blobs, output, replace: true });
    await checkLayout(output);
  });

  test('as an archive names the path that cannot be written, and leaves no files behind', async () => {
    const { layout, blobs, folder, bundle } = await smallImage();
    const [below, over] = [join(bundle, 'main.mjs/x.tar'), join(folder, 'x.tar')];
    await mkdir(over);
    const before = await readdir(folder);
    for (const output of [below, over]) {
      const failure = await failureOf(exportImage({ layout, blobs, output }));
      expect([failure.code, failure.value]).toEqual(['write-failed', output]);
    }
    expect(await readdir(folder)).toEqual(before);
  });

  test('cannot be made without the base’s blobs', async () => {
    const { layout, folder, base } = await smallImage();
    const failure = await failureOf(exportImage({ layout, output: join(folder, 'x') }));
    expect([failure.code, failure.value]).toEqual(['blob-missing', base.digest]);
  });

  test.skipIf(!hasSkopeo)('is read by skopeo', async () => {
    const { layout, blobs, result, folder } = await smallImage();
    await exportImage({ layout, blobs, output: join(folder, 'whole') });
    const seen = JSON.parse(
      execFileSync('skopeo', ['inspect', '--raw', `oci:${join(folder, 'whole')}`], { encoding: 'utf8' }),
    );
    expect(seen.manifests[0].digest).toBe(result.platforms[0]?.digest);
  });
});
