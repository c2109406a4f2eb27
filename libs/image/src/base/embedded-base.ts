import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as Type from 'typebox';
import { type Base, nodePath } from './base.ts';
import { addBlob, hasBlob } from '../layout/blob-folder.ts';
import { digestOf, digestPattern, type Expected } from '../oci/digest.ts';
import { readJson } from '../json/validate.ts';
import { canonicalJson } from '../json/canonical.ts';
import { hostPlatform, mediaTypes } from '../oci/schemas.ts';
import { replaceFile } from '../disk/replace-file.ts';
import { sharedLibraries } from './shared-libraries.ts';
import { completeEntries, writeTar, type TarEntry } from '../archive/write-tar.ts';

/** Version of the layer's content. Increase it when the same inputs must give a different layer. */
const recipe = 1;

const CacheSchema = Type.Record(
  Type.String(),
  Type.Object({ digest: Type.String({ pattern: digestPattern }), size: Type.Integer() }),
);

interface Input {
  file: string;
  imagePath: string;
  size: number;
  mtimeMs: number;
}

/**
 * Makes a base from the Node that runs this code and its shared libraries, without network access or an
 * account. For evaluation and local runs; use a pinned base in production, because its publisher patches it.
 * On other systems than Linux the base is empty (`hostNode`), so the image contains only the application. The
 * layer is cached and made again only when Node or its libraries change.
 * @param options.blobs folder of the layer, shared by all images.
 * @throws ImageError `library-missing`, `elf-invalid`, `write-failed`
 */
export async function embeddedBase(options: { blobs: string }): Promise<Base> {
  if (process.platform !== 'linux') return hostNodeBase();
  const inputs = await readInputs(process.execPath);
  const layer = { mediaType: mediaTypes.layer, ...(await cachedLayer(options.blobs, inputs)) };
  return {
    kind: 'embedded',
    name: `embedded-node-${process.versions.node}`,
    digest: layer.digest,
    platform: hostPlatform(),
    layers: [layer],
    // The layer is not compressed, so its digest is also its diffID.
    diffIds: [layer.digest],
    env: [],
    history: [
      { created: '1970-01-01T00:00:00Z', created_by: `slipway image: node ${process.versions.node}` },
    ],
  };
}

/** An empty base, for systems without Linux libraries. */
export function hostNodeBase(): Base {
  return {
    kind: 'embedded',
    name: 'host-node',
    hostNode: true,
    platform: hostPlatform(),
    layers: [],
    diffIds: [],
    env: [],
    history: [],
  };
}

async function readInputs(node: string): Promise<Input[]> {
  const program = { file: await realpath(node), imagePath: nodePath };
  const files = [program, ...(await sharedLibraries(program))];
  return Promise.all(
    files.map(async ({ file, imagePath }) => {
      const real = await realpath(file);
      const { size, mtimeMs } = await stat(real);
      return { file: real, imagePath, size, mtimeMs };
    }),
  );
}

/** Compares inputs by size and time, because hashing 120 MB takes longer than the rest of a build. */
async function cachedLayer(blobs: string, inputs: readonly Input[]): Promise<Expected> {
  const file = join(blobs, 'embedded.json');
  const key = digestOf(canonicalJson({ recipe, inputs }));
  const cache = await readCache(file);
  const known = cache[key];
  if (known && hasBlob(blobs, known)) return known;
  const layer = await addBlob(blobs, writeTar(baseEntries(inputs)));
  await replaceFile(file, Buffer.from(canonicalJson({ ...(await readCache(file)), [key]: layer })));
  return layer;
}

async function readCache(file: string): Promise<Type.Static<typeof CacheSchema>> {
  try {
    return readJson(CacheSchema, await readFile(file), file);
  } catch {
    // Without a readable cache the layer is made again.
    return {};
  }
}

function baseEntries(inputs: readonly Input[]): TarEntry[] {
  const text = (path: string, lines: string[]): TarEntry => {
    const content = Buffer.from(`${lines.join('\n')}\n`);
    return { type: 'file', path, mode: 0o444, size: content.length, content };
  };
  return completeEntries([
    ...inputs.map(({ file, imagePath, size }): TarEntry => {
      return { type: 'file', path: imagePath.slice(1), mode: 0o555, size, content: { file } };
    }),
    text('etc/passwd', [
      'root:x:0:0:root:/root:/sbin/nologin',
      'nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin',
      'nonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin',
    ]),
    text('etc/group', ['root:x:0:', 'nobody:x:65534:', 'nonroot:x:65532:']),
    text('etc/nsswitch.conf', ['passwd: files', 'group: files', 'hosts: files dns']),
    { type: 'directory', path: 'tmp', mode: 0o1777 },
  ]);
}
