import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blobPath } from '../../src/layout/blob-folder.ts';
import { buildImage } from '../../src/build/build-image.ts';
import { hostNodeBase } from '../../src/base/embedded-base.ts';
import { readImageResult } from '../../src/layout/image-json.ts';
import { failureOf } from '../support/failure-of.ts';
import { smallBase } from '../support/small-base.ts';
import { smallImage } from '../support/small-image.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

async function readConfig(layout: string) {
  const read = async (digest: string) =>
    JSON.parse(await readFile(blobPath(join(layout, 'blobs'), digest), 'utf8'));
  const index = await read(
    JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')).manifests[0].digest,
  );
  const manifest = await read(index.manifests[0].digest);
  return { index, manifest, config: await read(manifest.config.digest) };
}

describe('building an image', () => {
  test('writes a sparse layout: all blobs except the base’s layer, which is only referenced', async () => {
    const { layout, base, result } = await smallImage();
    const { roots, reached, present } = await checkLayout(layout, { sparse: true });
    expect(roots.map(({ digest }) => digest)).toEqual([result.digest]);
    expect(present).toEqual(reached);
    expect(present.has(base.layers[0]?.digest ?? '')).toBe(false);
    const { manifest } = await readConfig(layout);
    expect(manifest.layers.map(({ digest }: { digest: string }) => digest)).toEqual([
      base.layers[0]?.digest,
      ...result.layers.map(({ digest }) => digest),
    ]);
  });

  test('runs as nonroot, in exec form, in /app, and contains neither commit nor time', async () => {
    const { layout, base } = await smallImage();
    const { index, config } = await readConfig(layout);
    expect(config.config).toEqual({
      User: '65532:65532',
      WorkingDir: '/app',
      Env: [expect.stringMatching(/^PATH=\/nodejs\/bin:/), 'NODE_ENV=production'],
      Entrypoint: ['/nodejs/bin/node', '/app/main.mjs'],
      Labels: {
        'org.opencontainers.image.title': 'small',
        'org.opencontainers.image.base.name': 'small-base',
        'org.opencontainers.image.base.digest': base.digest,
      },
    });
    expect(config.created).toBe('1970-01-01T00:00:00Z');
    expect(index.manifests[0].platform).toEqual({ os: 'linux', architecture: 'amd64' });
  });

  test('writes its result to image.json, which is valid by its schema', async () => {
    const { layout, result } = await smallImage();
    expect(await readImageResult(layout)).toEqual(result);
    expect(result.layers.map(({ name, files }) => [name, files])).toEqual([
      ['external', 1],
      ['assets', 1],
      ['app', 1],
    ]);
    expect(result.tools.node).toBe(process.versions.node);
  });

  test('keeps a base’s own variables and replaces its NODE_ENV', async () => {
    const { bundle, blobs, folder } = await smallImage();
    const base = {
      ...(await smallBase(blobs)),
      env: ['PATH=/x', 'SSL_CERT_FILE=/ca', 'NODE_ENV=development'],
    };
    await buildImage({ bundle, output: join(folder, 'other'), base });
    const { config } = await readConfig(join(folder, 'other'));
    expect(config.config.Env).toEqual(['PATH=/x', 'SSL_CERT_FILE=/ca', 'NODE_ENV=production']);
  });

  test('adds source maps in a separate layer and enables them, or leaves them out', async () => {
    const { bundle, base, folder, result } = await smallImage();
    await writeFiles(bundle, { 'main.mjs.map': '{}' });
    const output = join(folder, 'maps');
    const without = await buildImage({ bundle, output, base, name: 'small' });
    expect(without.digest).toBe(result.digest);
    const withMaps = await buildImage({ bundle, output, base, name: 'small', sourceMaps: true });
    expect(withMaps.layers.map(({ name }) => name)).toEqual(['external', 'assets', 'app', 'maps']);
    expect((await readConfig(output)).config.config.Entrypoint[1]).toBe('--enable-source-maps');
    expect(withMaps.layers.slice(0, 3)).toEqual(result.layers);
  });

  test('without a base names the host’s Node, in the image and in the result', async () => {
    const { bundle, folder } = await smallImage();
    const output = join(folder, 'host');
    const { base } = await buildImage({ bundle, output, base: hostNodeBase() });
    expect(base).toEqual({ kind: 'embedded', name: 'host-node', hostNode: true });
    expect((await readConfig(output)).config.config.Entrypoint).toEqual(['node', '/app/main.mjs']);
    await checkLayout(output);
  });

  test('lists allowed paths that look like secrets', async () => {
    const { bundle, base, folder } = await smallImage();
    await writeFiles(bundle, { 'public.pem': 'public' });
    const allow = ['public.pem', 'long-gone.pem'];
    const built = await buildImage({ bundle, output: join(folder, 'x'), base, allow });
    expect(built.allowed).toEqual(['public.pem']);
  });

  test('refuses a missing entry, a SOURCE_DATE_EPOCH that is not a number, and overlapping folders', async () => {
    const { bundle, base, folder } = await smallImage();
    const build = (options: object) => buildImage({ bundle, output: join(folder, 'x'), base, ...options });
    expect((await failureOf(build({ entry: 'server.js' }))).code).toBe('entry-missing');
    expect((await failureOf(build({ output: join(bundle, 'image') }))).code).toBe('invalid-input');
    expect((await failureOf(build({ output: folder }))).code).toBe('invalid-input');
    process.env['SOURCE_DATE_EPOCH'] = 'yesterday';
    try {
      expect((await failureOf(build({}))).value).toBe('yesterday');
    } finally {
      delete process.env['SOURCE_DATE_EPOCH'];
    }
  });

  test('replaces its own output and refuses to replace other folders', async () => {
    const { bundle, base, layout, result } = await smallImage();
    expect(await buildImage({ bundle, output: layout, base, name: 'small' })).toEqual(result);
    const home = await writeFiles(await tempFolder(), { 'thesis.txt': 'ten years' });
    expect((await failureOf(buildImage({ bundle, output: home, base }))).code).toBe('output-refused');
    expect(await readFile(join(home, 'thesis.txt'), 'utf8')).toBe('ten years');
    await writeFiles(layout, { 'thesis.txt': 'ten years' });
    const beside = await failureOf(buildImage({ bundle, output: layout, base }));
    expect([beside.code, beside.message]).toEqual(['output-refused', expect.stringContaining(layout)]);
    expect(await readFile(join(layout, 'thesis.txt'), 'utf8')).toBe('ten years');
  });

  test('leaves the old output unchanged and no partial files if the disk is full', async () => {
    const { folder, bundle, layout, blobs, result } = await smallImage();
    const random = Array.from({ length: 200_000 }, () => Math.random().toString(36)[3]).join('');
    await writeFiles(bundle, { 'big.txt': random });
    const program = new URL('../support/print-build.ts', import.meta.url).pathname;
    // Files of at most 64 blocks of 512 or 1024 bytes; writing more fails like a full disk.
    const script = 'ulimit -f 64 && exec "$0" "$@"';
    const { status, stderr } = spawnSync('sh', [
      '-c',
      script,
      process.execPath,
      program,
      bundle,
      layout,
      blobs,
    ]);
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/write-failed|cannot write/);
    expect((await readImageResult(layout)).digest).toBe(result.digest);
    await checkLayout(layout, { sparse: true });
    expect((await readdir(folder)).sort()).toEqual(['blobs', 'bundle', 'layout']);
  });
});
