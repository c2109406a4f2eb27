import type { Base } from '../../src/base/base.ts';
import { addBlob } from '../../src/layout/blob-folder.ts';
import { mediaTypes } from '../../src/oci/schemas.ts';
import { completeEntries, writeTar, type TarEntry } from '../../src/archive/write-tar.ts';

/** A base with one small layer instead of Node. */
export async function smallBase(blobs: string, text = 'base'): Promise<Base> {
  const content = Buffer.from(text);
  const entries: TarEntry[] = [
    { type: 'file', path: 'etc/base', mode: 0o444, size: content.length, content },
  ];
  const blob = await addBlob(blobs, writeTar(completeEntries(entries)));
  return {
    kind: 'embedded',
    name: 'small-base',
    digest: blob.digest,
    platform: { os: 'linux', architecture: 'amd64' },
    layers: [{ mediaType: mediaTypes.layer, ...blob }],
    diffIds: [blob.digest],
    env: [],
    history: [{ created_by: 'small base' }],
  };
}

/** The bases of one public image: same name and digest, different platforms and layers. */
export async function basesFor(blobs: string, architectures: string[]): Promise<Base[]> {
  return Promise.all(
    architectures.map(async (architecture) => ({
      ...(await smallBase(blobs, architecture)),
      name: 'registry.example/node',
      digest: `sha256:${'b'.repeat(64)}`,
      platform: { os: 'linux', architecture },
    })),
  );
}
