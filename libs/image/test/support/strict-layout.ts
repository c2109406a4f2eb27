import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

interface Pointer {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string };
  annotations?: Record<string, string>;
}

export interface StrictLayout {
  roots: Pointer[];
  /** Digests that the roots reference. */
  reached: Set<string>;
  /** Files in blobs/sha256. */
  present: Set<string>;
}

const index = 'application/vnd.oci.image.index.v1+json';
const manifest = 'application/vnd.oci.image.manifest.v1+json';
const layers = ['application/vnd.oci.image.layer.v1.tar', 'application/vnd.oci.image.layer.v1.tar+gzip'];

/**
 * Reads an OCI image layout strictly by the image-spec, without code of the library, and throws at the first
 * violation.
 * @param options.sparse layers may be missing
 */
export async function checkLayout(folder: string, options: { sparse?: boolean } = {}): Promise<StrictLayout> {
  same(await json(join(folder, 'oci-layout')), { imageLayoutVersion: '1.0.0' }, 'oci-layout');
  const names = await readdir(join(folder, 'blobs/sha256'));
  const present = new Set(names.map((name) => `sha256:${name}`));
  const reached = new Set<string>();

  async function blob({ digest, size }: Pointer): Promise<Buffer> {
    const bytes = await readFile(join(folder, 'blobs/sha256', digest.replace('sha256:', '')));
    same(bytes.length, size, `size of ${digest}`);
    same(`sha256:${createHash('sha256').update(bytes).digest('hex')}`, digest, 'digest');
    reached.add(digest);
    return bytes;
  }

  async function checkManifest(pointer: Pointer): Promise<void> {
    const image = JSON.parse((await blob(pointer)).toString());
    same(image.schemaVersion, 2, 'schemaVersion');
    same(image.mediaType, manifest, 'mediaType of a manifest');
    same(image.config.mediaType, 'application/vnd.oci.image.config.v1+json', 'mediaType of a configuration');
    const config = JSON.parse((await blob(image.config)).toString());
    same(config.rootfs.type, 'layers', 'rootfs');
    same(config.rootfs.diff_ids.length, image.layers.length, 'number of diff_ids');
    same(config.history.length, image.layers.length, 'lines of history');
    for (const [at, layer] of image.layers.entries()) {
      if (!layers.includes(layer.mediaType)) throw new Error(`layer of type ${layer.mediaType}`);
      if (options.sparse && !present.has(layer.digest)) continue;
      const bytes = await blob(layer);
      const archive = layer.mediaType.endsWith('gzip') ? gunzipSync(bytes) : bytes;
      same(
        `sha256:${createHash('sha256').update(archive).digest('hex')}`,
        config.rootfs.diff_ids[at],
        'diff_id',
      );
    }
  }

  const top = await json(join(folder, 'index.json'));
  same([top.schemaVersion, top.mediaType], [2, index], 'index.json');
  for (const root of top.manifests as Pointer[]) {
    same(root.mediaType, index, 'mediaType of the root');
    const list = JSON.parse((await blob(root)).toString());
    same([list.schemaVersion, list.mediaType], [2, index], 'the index');
    for (const child of list.manifests as Pointer[]) {
      if (!child.platform) throw new Error('a manifest without a platform');
      await checkManifest(child);
    }
  }
  return { roots: top.manifests, reached, present };
}

async function json(file: string) {
  return JSON.parse(await readFile(file, 'utf8'));
}

function same(found: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}
