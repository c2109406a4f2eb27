import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@slipway/gitops';
import { buildImage, verifyImage, type Base } from '@slipway/image';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageSigner, remoteUri } from '../../src/publish/image-source.ts';
import { imageFolder, publish } from '../../src/publish/publish.ts';

/** Without layers, so nothing is pulled. */
const base: Base = {
  kind: 'pinned',
  name: 'registry.example/node',
  digest: `sha256:${'b'.repeat(64)}`,
  platform: { os: 'linux', architecture: 'amd64' },
  layers: [],
  diffIds: [],
  env: [],
  history: [],
};
const [commit, later] = ['c'.repeat(40), 'd'.repeat(40)];
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const policy = {
  signers: [{ name: 'ci', publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() }],
  provenance: { builder: 'https://ci.example/build', source: 'git:shop', commit },
  sbom: true,
};

let root = '';
let environment: Environment;
const registries = () => ['one', 'two'].map((name) => `oci:${join(root, name)}`);

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'slipway-publish-'));
  environment = { base: 'pinned', name: 'development', registries: registries() } as unknown as Environment;
  const bundle = join(root, 'apps/api/dist/bundle');
  await mkdir(bundle, { recursive: true });
  await writeFile(join(root, 'package.json'), '{"name":"shop"}');
  await writeFile(join(root, 'package-lock.json'), '{"lockfileVersion":3}');
  await writeFile(join(bundle, 'main.mjs'), 'export {}');
  await writeFile(join(root, 'meta.json'), '{"outputs":{}}');
  writeFileSync(join(root, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  process.env['SLIPWAY_BUILDER'] = policy.provenance.builder;
  const metafile = { file: join(root, 'meta.json'), root };
  await buildImage({ bundle, output: join(root, imageFolder('api', 'pinned')), base, name: 'api', metafile });
});

afterEach(() => {
  delete process.env['SLIPWAY_BUILDER'];
  delete process.env['SLIPWAY_SIGNING_KEY'];
  rmSync(root, { recursive: true, force: true });
});

async function publishFrom(from: string | undefined) {
  const lines: string[] = [];
  const published = await publish(root, 'api', environment, from, (line) => lines.push(line));
  const indexes = await Promise.all(
    ['one', 'two'].map((name) => readFile(join(root, name, 'api/index.json'), 'utf8')),
  );
  return { ...published, lines, indexes };
}

describe('publishing an app', () => {
  it('pushes image, SBOM and signed provenance to every registry, and nothing the second time', async () => {
    process.env['SLIPWAY_SIGNING_KEY'] = join(root, 'key.pem');
    const first = await publishFrom(commit);
    expect(first.registries.map(({ uploadedBlobs }) => uploadedBlobs > 0)).toEqual([true, true]);
    expect(first.lines.at(-1)).toMatch(/^Attached 2 statements to oci:.*two\/api \(signed\)$/);
    for (const registry of registries()) {
      const image = `${registry}/api@${first.image?.digest}`;
      expect((await verifyImage({ image, policy })).accepted).toHaveLength(2);
      const other = { ...policy, provenance: { ...policy.provenance, commit: later } };
      await expect(verifyImage({ image, policy: other })).rejects.toMatchObject({ code: 'image-refused' });
    }
    // Also from another commit: the image is the same and already has a provenance.
    const again = await publishFrom(later);
    expect(again.registries.map(({ uploadedBytes }) => uploadedBytes)).toEqual([0, 0]);
    expect(again.image).toEqual(first.image);
    expect(again.indexes).toEqual(first.indexes);
  });

  it('attaches no provenance if the work tree has changes, and attaches it later from a commit', async () => {
    const dirty = await publishFrom(undefined);
    expect(dirty.lines.at(-1)).toContain('Attached 1 statement ');
    expect(dirty.lines.at(-1)).toContain('not signed');
    const clean = await publishFrom(commit);
    expect(clean.image).toEqual(dirty.image);
    expect(clean.lines.at(-1)).toContain('Attached 1 statement ');
    expect((await publishFrom(commit)).lines.filter((line) => line.startsWith('Attached'))).toEqual([]);
  });

  it('refuses an invalid key, and does not print it', async () => {
    writeFileSync(join(root, 'key.pem'), 'hunter2');
    const failure = await imageSigner({ SLIPWAY_SIGNING_KEY: join(root, 'key.pem') }).catch(
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ code: 'usage' });
    expect((failure as Error).message).not.toContain('hunter2');
  });
});

it.each([
  ['https://user:secret@git.example/team/app.git', 'git+https://git.example/team/app'],
  ['git@git.example:team/app.git', 'git+https://git.example/team/app'],
  ['ssh://git@git.example/team/app', 'git+https://git.example/team/app'],
  ['/home/ada/app.git', undefined],
  ['file:///home/ada/app.git', undefined],
  ['', undefined],
])('the remote %j is %j', (remote, uri) => expect(remoteUri(remote)).toBe(uri));
