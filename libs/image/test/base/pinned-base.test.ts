import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blobPath } from '../../src/layout/blob-folder.ts';
import { buildImage } from '../../src/build/build-image.ts';
import { imageCommands } from '../../src/cli.ts';
import { canonicalJson } from '../../src/json/canonical.ts';
import { mediaTypes } from '../../src/oci/schemas.ts';
import { pinnedBase, pinnedBases, type BaseLock } from '../../src/base/pinned-base.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { readImageResult } from '../../src/layout/image-json.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const anonymous = { credentials: async () => undefined };

/** A registry with a base for two platforms; its one layer is a tar archive of zeros. */
async function publicBase() {
  const registry = await fakeRegistry();
  const layer = Buffer.alloc(4096);
  const put = (mediaType: string, content: object | Buffer) => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(canonicalJson(content));
    const digest = digestOf(bytes);
    registry.blobs.set(`base/node@${digest}`, bytes);
    registry.manifests.set(`base/node@${digest}`, { mediaType, bytes });
    return { mediaType, digest, size: bytes.length };
  };
  const layers = [put(mediaTypes.layer, layer)];
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const config = put(mediaTypes.config, {
      os: 'linux',
      architecture,
      config: { Env: ['PATH=/base', 'SSL_CERT_FILE=/ca'], User: 'root' },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    });
    const manifest = put(mediaTypes.manifest, {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config,
      layers,
    });
    return { ...manifest, platform: { os: 'linux', architecture } };
  });
  // Valid OCI, and a known trap: an index without mediaType.
  const index = put(mediaTypes.index, { schemaVersion: 2, manifests });
  const lock: BaseLock = {
    name: `${registry.host}/base/node`,
    tag: 'nonroot',
    digest: index.digest,
    resolved: null,
  };
  return { registry, lock, layer: layers[0]?.digest ?? '', manifests };
}

const requests = ({ seen }: FakeRegistry) =>
  seen.map(({ method, path }) => `${method} ${path.split('/').at(-2)}`);

describe('a pinned base', () => {
  test('fetches index, manifest and configuration once and does not fetch layers', async () => {
    const [{ registry, lock, layer }, blobs] = [await publicBase(), await tempFolder()];
    const base = await pinnedBase({ lock, blobs, platform: 'linux/amd64', ...anonymous });
    expect(requests(registry)).toEqual(['GET manifests', 'GET manifests', 'GET blobs']);
    expect(base).toMatchObject({
      kind: 'pinned',
      digest: lock.digest,
      diffIds: [layer],
      env: ['PATH=/base', 'SSL_CERT_FILE=/ca'],
    });
    await registry.close();
    expect(await pinnedBase({ lock, blobs, platform: 'linux/amd64', ...anonymous })).toEqual(base);
  });

  test('gives an image whose push takes the base’s layer from its registry', async () => {
    const [{ registry, lock, layer }, folder] = [await publicBase(), await tempFolder()];
    const [bundle, blobs, layout] = ['bundle', 'blobs', 'layout'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFiles(bundle, { 'main.mjs': 'x' });
    const base = await pinnedBase({ lock, blobs, platform: 'linux/amd64', ...anonymous });
    const result = await buildImage({ bundle, output: layout, base });
    expect(result.base).toEqual({ kind: 'pinned', name: lock.name, digest: lock.digest, size: 4096 });

    const target = await fakeRegistry();
    await pushImage({ layout, blobs, to: `${target.host}/app`, ...anonymous });
    expect(target.blobs.get(`app@${layer}`)).toEqual(registry.blobs.get(`base/node@${layer}`));
    await pushImage({ layout, blobs, to: `oci:${join(folder, 'repository')}` });
    await checkLayout(join(folder, 'repository'));

    // A layer with a wrong digest is not pushed.
    registry.blobs.set(`base/node@${layer}`, Buffer.alloc(4096, 1));
    const [other, repository] = [await fakeRegistry(), join(folder, 'other')];
    const failure = await failureOf(pushImage({ layout, blobs, to: `${other.host}/app`, ...anonymous }));
    expect(failure.code).toBe('digest-mismatch');
    expect([...other.blobs.keys()]).not.toContain(`app@${layer}`);
    expect((await failureOf(pushImage({ layout, blobs, to: `oci:${repository}` }))).code).toBe(
      'digest-mismatch',
    );
    expect(await readdir(join(repository, 'blobs'))).toEqual(['sha256']);
  });

  test('for several platforms gives one image that shares the application’s layers', async () => {
    const [{ registry, lock, manifests }, folder] = [await publicBase(), await tempFolder()];
    const [blobs, layout] = [join(folder, 'blobs'), join(folder, 'layout')];
    const bundle = await writeFiles(join(folder, 'bundle'), { 'main.mjs': 'x' });
    const platforms = ['linux/arm64', 'linux/amd64'];
    const bases = await pinnedBases({ lock, blobs, platforms, ...anonymous });
    expect(bases.map(({ platform }) => platform.architecture)).toEqual(['arm64', 'amd64']);
    expect(requests(registry).filter((request) => request === 'GET manifests')).toHaveLength(3);
    expect(manifests).toHaveLength(2);
    const result = await buildImage({ bundle, output: layout, bases });
    expect(result.platforms.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64']);
    await pushImage({ layout, blobs, to: `oci:${join(folder, 'repository')}` });
    await checkLayout(join(folder, 'repository'));
    const target = await fakeRegistry();
    // Two configurations, the base's layer and one layer of the application.
    const pushed = await pushImage({ layout, blobs, to: `${target.host}/app`, ...anonymous });
    expect(pushed).toMatchObject({ uploadedBlobs: 4, digest: result.digest });
  });

  test('is used for the platforms that the command names', async () => {
    const [{ lock }, folder] = [await publicBase(), await tempFolder()];
    await writeFiles(folder, { 'bundle/main.mjs': 'x', 'lock.json': JSON.stringify(lock) });
    const [bundle, output, file] = [join(folder, 'bundle'), join(folder, 'image'), join(folder, 'lock.json')];
    const printed: string[] = [];
    const build = [
      'build',
      bundle,
      '--output',
      output,
      '--blobs',
      join(folder, 'blobs'),
      '--base-lock',
      file,
    ];
    const both = ['--platform', 'linux/arm64', '--platform', 'linux/amd64'];
    await imageCommands({ print: (text) => printed.push(text) }).parseAsync([...build, ...both], {
      from: 'user',
    });
    const { platforms, digest } = await readImageResult(output);
    expect(platforms.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64']);
    for (const text of [digest, ...platforms.map((one) => `${one.platform}  ${one.digest}`)])
      expect(printed[0]).toContain(text);
  });

  test('refuses content that does not match the lock, and does not store it', async () => {
    const [{ registry, lock }, blobs] = [await publicBase(), await tempFolder()];
    const kept = registry.manifests.get(`base/node@${lock.digest}`);
    registry.manifests.set(`base/node@${lock.digest}`, {
      mediaType: mediaTypes.index,
      bytes: Buffer.from('{"evil":true}'),
    });
    expect(kept).toBeDefined();
    expect((await failureOf(pinnedBase({ lock, blobs, ...anonymous }))).code).toBe('digest-mismatch');
    expect(await readdir(blobs)).toEqual([]);
  });

  test('fetches a damaged document from the registry again', async () => {
    const [{ registry, lock }, blobs] = [await publicBase(), await tempFolder()];
    await writeFiles(blobs, { [`sha256/${lock.digest.slice(7)}`]: 'damaged' });
    await pinnedBase({ lock, blobs, platform: 'linux/arm64', ...anonymous });
    expect(requests(registry)).toHaveLength(3);
    expect((await readdir(join(blobs, 'sha256'))).length).toBe(3);
    expect(blobPath(blobs, lock.digest)).toContain(lock.digest.slice(7));
  });

  test('checks the platform digests of the lock and lists the available platforms', async () => {
    const [{ lock, manifests }, blobs] = [await publicBase(), await tempFolder()];
    const base = (change: Partial<BaseLock>, platform: string) =>
      pinnedBase({ lock: { ...lock, ...change }, blobs, platform, ...anonymous });
    const right = { 'linux/amd64': manifests[0]?.digest ?? '' };
    expect((await base({ platforms: right }, 'linux/amd64')).platform.architecture).toBe('amd64');
    const wrong = { 'linux/amd64': manifests[1]?.digest ?? '' };
    expect((await failureOf(base({ platforms: wrong }, 'linux/amd64'))).code).toBe('digest-mismatch');
    expect((await failureOf(base({}, 'linux/s390x'))).message).toContain('linux/amd64, linux/arm64');
  });

  test('reports all problems of a lock in one error, with their paths', async () => {
    const lock = { name: 7, digest: 'latest', extra: true } as unknown as BaseLock;
    const failure = await failureOf(pinnedBase({ lock, blobs: await tempFolder() }));
    expect(failure.code).toBe('document-invalid');
    for (const part of ['/name', '(found 7)', '/digest', '(found "latest")', 'additional'])
      expect(failure.message).toContain(part);
  });
});
