import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Base } from '../../src/base/base.ts';
import { blobPath } from '../../src/layout/blob-folder.ts';
import { buildImage } from '../../src/build/build-image.ts';
import { hostNodeBase } from '../../src/base/embedded-base.ts';
import { inspectImage } from '../../src/read/inspect-image.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { unpackImage } from '../../src/read/unpack-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { elf } from '../support/raw-elf.ts';
import { platformsImage } from '../support/platforms-image.ts';
import { basesFor } from '../support/small-base.ts';
import { smallImage } from '../support/small-image.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

describe('an image for several platforms', () => {
  test('has one index with sorted platforms, independent of the order of the bases', async () => {
    const one = await platformsImage(undefined, ['arm64', 'amd64', 's390x']);
    const other = await platformsImage(undefined, ['s390x', 'amd64', 'arm64']);
    expect(other.result).toEqual(one.result);
    expect(one.result.platforms.map(({ platform }) => platform)).toEqual([
      'linux/amd64',
      'linux/arm64',
      'linux/s390x',
    ]);
    const { roots } = await checkLayout(one.layout, { sparse: true });
    expect(roots.map(({ digest }) => digest)).toEqual([one.result.digest]);
  });

  test('shares the application’s layers with each other and with an image for one platform', async () => {
    const { layout, result, single, bases } = await platformsImage(undefined, ['arm64', 'amd64']);
    expect(result.layers).toEqual(single.layers);
    for (const [index, { digest }] of result.platforms.entries()) {
      const { layers } = JSON.parse(await readFile(blobPath(join(layout, 'blobs'), digest), 'utf8'));
      // Sorted, so the base for amd64 comes first.
      const base = bases[1 - index]?.layers[0];
      const own = result.layers.map(({ digest, size }) => expect.objectContaining({ digest, size }));
      expect(layers).toEqual([base, ...own]);
    }
    expect(result.base.size).toBe(bases.reduce((sum, { layers }) => sum + (layers[0]?.size ?? 0), 0));
  });

  test('is pushed, inspected and unpacked by platform', async () => {
    const { layout, blobs, folder, result } = await platformsImage(undefined, ['arm64', 'amd64']);
    const to = join(folder, 'repository');
    // Two bases, three layers of the application, two configurations.
    expect(await pushImage({ layout, blobs, to: `oci:${to}` })).toMatchObject({ uploadedBlobs: 7 });
    await checkLayout(to);
    const { platforms } = await inspectImage({ image: layout, blobs });
    expect(platforms.map(({ platform, digest }) => ({ platform, digest }))).toEqual(result.platforms);
    for (const architecture of ['arm64', 'amd64']) {
      const output = join(folder, architecture);
      await unpackImage({ layout, blobs, output, platform: `linux/${architecture}` });
      expect(await readFile(join(output, 'etc/base'), 'utf8')).toBe(architecture);
      expect(await readFile(join(output, 'app/main.mjs'), 'utf8')).toContain('hello');
    }
  });

  test('with one base in a list equals the image with that base', async () => {
    const { bundle, base, folder, result } = await smallImage();
    const listed = await buildImage({ bundle, output: join(folder, 'x'), bases: [base], name: 'small' });
    expect(listed).toEqual(result);
  });

  test('needs one base per platform, all of one image', async () => {
    const { bundle, base, blobs, folder } = await smallImage();
    const build = (bases: Base[]) => failureOf(buildImage({ bundle, output: join(folder, 'x'), bases }));
    const other = await basesFor(blobs, ['arm64']);
    expect((await build([])).code).toBe('invalid-input');
    expect((await build([base, base])).value).toBe('linux/amd64');
    expect((await build([base, ...other])).message).toContain('are different images');
  });
});

describe('a native addon', () => {
  const addon = 'node_modules/sharp/build/sharp.node';
  const build = async (content: string | Buffer, architectures: string[]) => {
    const folder = await tempFolder();
    const bundle = await writeFiles(join(folder, 'bundle'), { 'main.mjs': 'x', [addon]: content });
    const bases = await basesFor(join(folder, 'blobs'), architectures);
    return buildImage({ bundle, output: join(folder, 'layout'), bases });
  };

  test.each([
    ['amd64', 62, 2],
    ['arm64', 183, 2],
    ['arm', 40, 1],
  ])('for %s is packed for that platform', async (architecture, machine, bits) => {
    expect((await build(elf(machine, bits), [architecture])).layers[0]?.name).toBe('external');
  });

  test.each<[string, string | Buffer, string[], string]>([
    ['for another processor', elf(183), ['amd64'], 'is made for arm64 and cannot be loaded on linux/amd64'],
    ['for one of two platforms', elf(62), ['amd64', 'arm64'], 'cannot be loaded on linux/arm64'],
    ['for an unknown processor', elf(7), ['amd64'], 'is made for ELF machine 7'],
    ['of another operating system', '\xcf\xfa\xed\xfe Mach-O', ['arm64'], 'is not an ELF file'],
    ['that is empty', '', ['amd64'], 'is not an ELF file'],
  ])('%s is refused, with its file, its platform and the remedy', async (_, content, architectures, text) => {
    const failure = await failureOf(build(content, architectures));
    expect([failure.code, failure.value, failure.refused]).toEqual(['bundle-refused', addon, true]);
    expect(failure.message).toContain(text);
    expect(failure.message).toContain(`--cpu=${architectures.at(-1) === 'amd64' ? 'x64' : 'arm64'}`);
  });

  test('is not checked if the host’s Node runs the image', async () => {
    const folder = await tempFolder();
    const bundle = await writeFiles(join(folder, 'bundle'), { 'main.mjs': 'x', [addon]: 'Mach-O' });
    await buildImage({ bundle, output: join(folder, 'layout'), base: hostNodeBase() });
  });
});

describe('the image for one platform, as built before images could have several platforms,', () => {
  test('has the same configuration, independent of the compression of its layers', async () => {
    const { layout, result } = await smallImage();
    const manifest = blobPath(join(layout, 'blobs'), result.platforms[0]?.digest ?? '');
    expect(JSON.parse(await readFile(manifest, 'utf8')).config.digest).toBe(
      'sha256:5894e7ab41e55933679d87ea015d85f33dac227c0fff1b8902e5e47b761ddc33',
    );
  });

  // The compressed bytes depend on zlib, which is part of the Node in the lockfile.
  test.runIf(process.versions.zlib === '1.3.2.1-motley-8002e91')('has the same digest', async () => {
    expect((await smallImage()).result.digest).toBe(
      'sha256:7959a8702ae1a14be22f525af6b4dd51d0e583b31529556dcb41829feb077ef4',
    );
  });
});
