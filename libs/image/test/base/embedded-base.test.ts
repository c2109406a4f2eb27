import { execFileSync } from 'node:child_process';
import { chmod, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blobPath } from '../../src/layout/blob-folder.ts';
import { buildImage } from '../../src/build/build-image.ts';
import { embeddedBase } from '../../src/base/embedded-base.ts';
import { unpackImage } from '../../src/read/unpack-image.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

/** Runs the entrypoint with chroot; without root rights with the loader and libraries of the image. */
async function start(root: string, entrypoint: string[]): Promise<string> {
  const [node = '', script = ''] = entrypoint;
  if (process.geteuid?.() === 0) {
    return execFileSync('chroot', ['--userspec=65532:65532', root, node, script], { encoding: 'utf8' });
  }
  const libraries = (await readdir(root, { recursive: true })).filter((path) => /\.so(?:\.|$)/.test(path));
  const loader = libraries.find((path) => /(?:^|\/)ld-/.test(path)) ?? '';
  const search = [...new Set(libraries.map((path) => join(root, path, '..')))].join(':');
  const args = ['--library-path', search, join(root, node), join(root, script)];
  return execFileSync(join(root, loader), args, { encoding: 'utf8' });
}

test.skipIf(process.platform !== 'linux')(
  'an image on the embedded base starts in its own root file system, and the base layer is made once',
  async () => {
    const folder = await tempFolder();
    const [bundle, blobs, root] = [join(folder, 'bundle'), join(folder, 'blobs'), join(folder, 'root')];
    const program = `import dns from 'node:dns/promises';
      const { address } = await dns.lookup('127.0.0.1');
      console.log([process.version, process.argv[1].split('/').pop(), address].join(' '));`;
    await writeFiles(bundle, { 'main.mjs': program });
    const base = await embeddedBase({ blobs });
    await buildImage({ bundle, output: join(folder, 'image'), base });
    const { entrypoint } = await unpackImage({ layout: join(folder, 'image'), blobs, output: root });
    expect(await start(root, entrypoint)).toBe(`${process.version} main.mjs 127.0.0.1\n`);
    expect(await readFile(join(root, 'etc/passwd'), 'utf8')).toMatch(/^nonroot:x:65532:65532:/m);
    expect((await stat(join(root, 'tmp'))).mode & 0o7777).toBe(0o1777);

    const layer = blobPath(blobs, base.digest ?? '');
    const made = await stat(layer);
    expect(await embeddedBase({ blobs })).toEqual(base);
    expect((await stat(layer)).ino).toBe(made.ino);

    // A truncated blob is made again with the same digest.
    await chmod(layer, 0o644); // only root may write to what is read-only
    await truncate(layer, 1000);
    expect(await embeddedBase({ blobs })).toEqual(base);
    expect((await stat(layer)).size).toBe(made.size);
  },
);
