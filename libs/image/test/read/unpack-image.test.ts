import { existsSync } from 'node:fs';
import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addBlob } from '../../src/layout/blob-folder.ts';
import { buildImage } from '../../src/build/build-image.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/schemas.ts';
import { unpackImage } from '../../src/read/unpack-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { gnuLong, pax, rawEntry, rawTar } from '../support/raw-tar.ts';
import { smallImage } from '../support/small-image.ts';

/** An image whose base has these layers, to be unpacked beside a file that must not change. */
async function unpacked(...archives: Buffer[]) {
  const { folder, bundle, blobs, base } = await smallImage();
  const layers = [];
  for (const archive of archives) {
    async function* content() {
      yield archive;
    }
    layers.push({ mediaType: mediaTypes.layer, ...(await addBlob(blobs, content())) });
  }
  const hostile = { ...base, layers, diffIds: layers.map(({ digest }) => digest), history: [] };
  const [layout, output] = [join(folder, 'hostile'), join(folder, 'root')];
  await buildImage({ bundle, output: layout, base: hostile });
  await writeFile(join(folder, 'victim'), 'untouched');
  return { folder, output, unpack: () => unpackImage({ layout, blobs, output }) };
}

describe('unpacking', () => {
  test('applies all layers and returns the command of the image', async () => {
    const { layout, blobs, folder } = await smallImage();
    const output = join(folder, 'root');
    const result = await unpackImage({ layout, blobs, output });
    expect(result).toMatchObject({
      platform: 'linux/amd64',
      entrypoint: ['/nodejs/bin/node', '/app/main.mjs'],
      workingDir: '/app',
    });
    expect(await readFile(join(output, 'etc/base'), 'utf8')).toBe('base');
    expect(await readFile(join(output, 'app/main.mjs'), 'utf8')).toBe('console.log("hello")');
    expect((await lstat(join(output, 'app/main.mjs'))).mode & 0o7777).toBe(0o444);
  });

  test('applies whiteouts, replaces files by folders and folders by files, and removes set-uid', async () => {
    const { output, unpack } = await unpacked(
      rawTar(
        rawEntry('keep/a', '0', '', 'a'),
        rawEntry('gone/b', '0', '', 'b'),
        rawEntry('hide/c', '0', '', 'c'),
        rawEntry('swap', '0'),
      ),
      rawTar(
        rawEntry('.wh.gone', '0'),
        rawEntry('hide/new', '0', '', 'n'),
        rawEntry('hide/.wh..wh..opq', '0'),
        rawEntry('swap/inner', '0', '', 'i'),
        rawEntry('hard', '1', 'keep/a'),
        rawEntry('bin/su', '0', '', '#!', 0o4755),
        rawEntry('sda', '4'),
      ),
    );
    await unpack();
    expect((await readdir(output)).sort()).toEqual(['app', 'bin', 'hard', 'hide', 'keep', 'swap']);
    expect(await readdir(join(output, 'hide'))).toEqual(['new']);
    expect(await readFile(join(output, 'swap/inner'), 'utf8')).toBe('i');
    expect(await readFile(join(output, 'hard'), 'utf8')).toBe('a');
    expect((await lstat(join(output, 'bin/su'))).mode & 0o7777).toBe(0o755);
  });

  test.each<[string, Buffer]>([
    ['a path that climbs', rawTar(rawEntry('../victim', '0', '', 'evil'))],
    ['a path that climbs in the middle', rawTar(rawEntry('a/../../victim', '0', '', 'evil'))],
    ['a path that climbs from "."', rawTar(rawEntry('./../victim', '0', '', 'evil'))],
    ['a path in an extended header', rawTar(pax('path', '../victim'), rawEntry('ok', '0', '', 'evil'))],
    ['a long path of GNU tar', rawTar(gnuLong('L', '../victim'), rawEntry('ok', '0', '', 'evil'))],
    ['a folder with ".."', rawTar(rawEntry('../victim', '5'))],
    ['a symbolic link with ".."', rawTar(rawEntry('../victim', '2', 'x'))],
    ['a whiteout with ".."', rawTar(rawEntry('../.wh.victim', '0'))],
    ['a marker of an opaque folder with ".."', rawTar(rawEntry('../.wh..wh..opq', '0'))],
    ['a hard link with ".."', rawTar(rawEntry('x', '1', '../victim'))],
    ['a hard link in an extended header', rawTar(pax('linkpath', '../victim'), rawEntry('x', '1', 'ok'))],
    ['a long hard link of GNU tar', rawTar(gnuLong('K', '../victim'), rawEntry('x', '1', 'ok'))],
    ['a hard link to a missing file', rawTar(rawEntry('x', '1', '/etc/hostname'))],
    ['a hard link to a folder', rawTar(rawEntry('d', '5'), rawEntry('x', '1', 'd'))],
    ['a hard link through a link', rawTar(rawEntry('l', '2', '..'), rawEntry('x', '1', 'l/victim'))],
    ['a hard link to a symbolic one', rawTar(rawEntry('x', '2', '/etc/passwd'), rawEntry('y', '1', 'x'))],
    [
      'circular links',
      rawTar(rawEntry('a', '2', 'b'), rawEntry('b', '2', 'a'), rawEntry('a/file', '0', '', 'evil')),
    ],
  ])('refuses %s', async (_, archive) => {
    const { folder, output, unpack } = await unpacked(archive);
    expect((await failureOf(unpack())).code).toBe('archive-invalid');
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched');
    expect(existsSync(output)).toBe(false);
  });

  const link = (target: string) => rawEntry('l', '2', target);
  const file = (path: string) => rawEntry(path, '0', '', 'inside');

  test.each<[string, Buffer[], string]>([
    ['an absolute path', [rawTar(file('/victim'))], 'victim'],
    ['a name with backslashes', [rawTar(file('..\\victim'))], '..\\victim'],
    ['an absolute link to a folder', [rawTar(link('/deep'), file('l/victim'))], 'deep/victim'],
    ['a link with ".." to a folder', [rawTar(link('../../..'), file('l/victim'))], 'victim'],
    ['a link with ".." of the layer below', [rawTar(link('../../..')), rawTar(file('l/victim'))], 'victim'],
    ['a link to another root', [rawTar(link('/proc/self/cwd/..'), file('l/victim'))], 'proc/self/victim'],
    ['a long link of GNU tar', [rawTar(gnuLong('K', '../..'), link('x'), file('l/victim'))], 'victim'],
    [
      'a chain of links',
      [rawTar(rawEntry('a', '2', '..'), rawEntry('b', '2', 'a/..'), file('b/victim'))],
      'victim',
    ],
    ['a file over a link', [rawTar(link('../victim'), file('l'))], 'l'],
    ['a file over a link of the layer below', [rawTar(link('../victim')), rawTar(file('l'))], 'l'],
    ['a folder over a link', [rawTar(link('..'), rawEntry('l', '5'), file('l/victim'))], 'l/victim'],
    ['a device over a link', [rawTar(link('../victim'), rawEntry('l', '3'), file('ok'))], 'ok'],
    ['a link called "."', [rawTar(rawEntry('.', '2', '/tmp'), file('./victim'))], 'victim'],
    ['an absolute hard link', [rawTar(file('ok'), rawEntry('hard', '1', '/ok'))], 'hard'],
    [
      'a whiteout through a link',
      [rawTar(link('..')), rawTar(rawEntry('l/.wh.victim', '0'), file('ok'))],
      'ok',
    ],
    ['a whiteout of ".."', [rawTar(rawEntry('d', '5')), rawTar(rawEntry('d/.wh...', '0'), file('ok'))], 'ok'],
    ['a whiteout of "."', [rawTar(rawEntry('d', '5')), rawTar(rawEntry('d/.wh..', '0'), file('ok'))], 'ok'],
    ['a whiteout of nothing', [rawTar(file('ok')), rawTar(rawEntry('.wh.', '0'))], 'ok'],
    [
      'an opaque folder behind a link',
      [rawTar(link('..')), rawTar(rawEntry('l/.wh..wh..opq', '0'), file('ok'))],
      'ok',
    ],
  ])('keeps %s inside', async (_, archives, path) => {
    const { folder, output, unpack } = await unpacked(...archives);
    await unpack();
    expect(await readFile(join(output, path), 'utf8')).toBe('inside');
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched');
    expect((await readdir(folder)).sort()).toEqual([
      'blobs',
      'bundle',
      'hostile',
      'layout',
      'root',
      'victim',
    ]);
  });

  test('keeps a link to the outside unchanged, and does not follow it', async () => {
    const { folder, output, unpack } = await unpacked(
      rawTar(rawEntry('l', '2', '../victim')),
      rawTar(rawEntry('.wh.l', '0')),
    );
    await unpack();
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched');
    const kept = await unpacked(rawTar(rawEntry('l', '2', '../victim')));
    await kept.unpack();
    expect(await readlink(join(kept.output, 'l'))).toBe('../victim');
    expect(existsSync(join(output, 'l'))).toBe(false);
  });

  test('refuses a layer with another diffID than in the configuration', async () => {
    const { folder, bundle, blobs, base } = await smallImage();
    const lying = { ...base, diffIds: [digestOf('something else')] };
    await buildImage({ bundle, output: join(folder, 'lying'), base: lying });
    const failure = await failureOf(
      unpackImage({ layout: join(folder, 'lying'), blobs, output: join(folder, 'root') }),
    );
    expect(failure.code).toBe('digest-mismatch');
    expect(existsSync(join(folder, 'root'))).toBe(false);
  });

  test('lists the available platforms', async () => {
    const { layout, blobs, folder } = await smallImage();
    const failure = await failureOf(
      unpackImage({ layout, blobs, output: join(folder, 'root'), platform: 'linux/s390x' }),
    );
    expect(failure.message).toContain('linux/amd64');
  });
});
