import { createHash } from 'node:crypto';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { ImageError } from '../error.ts';
import { openImageAt } from './open-image-at.ts';
import type { Image, PlatformImage } from '../layout/open-image.ts';
import { imagePath, layerName, readLayer } from './read-layer.ts';
import { platformName, type Descriptor } from '../oci/schemas.ts';
import type { TarMember } from '../archive/read-tar.ts';

export interface DiffOptions {
  /** `repository@sha256:…`, or a folder that is an OCI layout with one image. */
  before: string;
  /** In the same format. */
  after: string;
  /** Folder of base blobs, for sparse layouts. */
  blobs?: string;
  /** Compares only this platform. @default all platforms that both images have */
  platform?: string;
  /** Time limit for both images together, in milliseconds. @default 120 000 */
  deadlineMs?: number;
  /** Uses plain http for hosts that are not loopback. @default false */
  insecure?: boolean;
  /** @default {@link registryCredentials} */
  credentials?: CredentialStore;
}

export interface LayerDiff {
  /** `base`, or the name of the application's layer. */
  name: string;
  /** Compressed size in bytes; 0 if the image does not have the layer. */
  before: number;
  after: number;
  /** Files and links by path. Sizes are uncompressed, in bytes. */
  added: { path: string; size: number }[];
  removed: { path: string; size: number }[];
  /** Entries with different content, mode, type or link target. */
  changed: { path: string; before: number; after: number }[];
}

export interface ImageDiff {
  /** Digests. */
  before: string;
  after: string;
  platforms: { platform: string; layers: LayerDiff[] }[];
  /** Platforms that only one of the images has. */
  onlyBefore: string[];
  onlyAfter: string[];
}

/**
 * Lists the files that differ between two images, layer by layer. Equal layers are not read.
 * @throws ImageError `invalid-input`, `image-missing`, `blob-missing`, `digest-mismatch`,
 *   `archive-invalid`, …
 */
export async function diffImages(options: DiffOptions): Promise<ImageDiff> {
  const { blobs, insecure, credentials = registryCredentials(), deadlineMs = 120_000 } = options;
  const opening = { blobs, insecure, credentials, signal: AbortSignal.timeout(deadlineMs) };
  const before = await openImageAt(options.before, opening);
  try {
    const after = await openImageAt(options.after, opening);
    try {
      return await diff(before, after, options.platform);
    } finally {
      after.close();
    }
  } finally {
    before.close();
  }
}

async function diff(before: Image, after: Image, wanted: string | undefined): Promise<ImageDiff> {
  const [left, right] = [byPlatform(before), byPlatform(after)];
  const common = [...left.keys()].filter((platform) => right.has(platform));
  if (wanted !== undefined && !common.includes(wanted)) {
    throw new ImageError(
      'invalid-input',
      `one of the images has no manifest for ${wanted}; platforms of both images: ${common.join(', ') || 'none'}`,
      { value: wanted },
    );
  }
  const platforms = [];
  for (const platform of wanted === undefined ? common : [wanted]) {
    const layers = await diffLayers(
      layersOf(before, left.get(platform)),
      layersOf(after, right.get(platform)),
    );
    platforms.push({ platform, layers });
  }
  return {
    before: before.root.descriptor.digest,
    after: after.root.descriptor.digest,
    platforms,
    onlyBefore: [...left.keys()].filter((platform) => !right.has(platform)),
    onlyAfter: [...right.keys()].filter((platform) => !left.has(platform)),
  };
}

/** Omits the platform "unknown", under which BuildKit lists provenance. */
function byPlatform({ platforms }: Image): Map<string, PlatformImage> {
  const real = platforms.filter(({ platform }) => platform.os !== 'unknown');
  return new Map(real.map((item) => [platformName(item.platform), item]));
}

/** A layer of one image, with a function that reads its entries. */
interface Layer {
  descriptor: Descriptor;
  members: () => AsyncIterable<TarMember>;
}

type Layers = Map<string, Layer[]>;

/** Layers by name. A base may have several layers. */
function layersOf(image: Image, platform: PlatformImage | undefined): Layers {
  const side: Layers = new Map();
  for (const [index, descriptor] of platform?.manifest.layers.entries() ?? []) {
    if (!platform) break;
    const name = layerName(image, platform, index);
    const layer = { descriptor, members: () => readLayer(image, platform, index) };
    side.set(name, [...(side.get(name) ?? []), layer]);
  }
  return side;
}

async function diffLayers(before: Layers, after: Layers): Promise<LayerDiff[]> {
  const diffs: LayerDiff[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [left, right] = [before.get(name) ?? [], after.get(name) ?? []];
    const files = compare(await readFiles(without(left, right)), await readFiles(without(right, left)));
    diffs.push({ name, before: sizeOf(left), after: sizeOf(right), ...files });
  }
  return diffs;
}

function without(layers: readonly Layer[], others: readonly Layer[]): Layer[] {
  const known = new Set(others.map(({ descriptor }) => descriptor.digest));
  return layers.filter(({ descriptor }) => !known.has(descriptor.digest));
}

function sizeOf(layers: readonly Layer[]): number {
  return layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
}

interface File {
  size: number;
  /** Equal for files with equal type, mode, link target and content. */
  identity: string;
}

/** Files and links by path. An entry of a higher layer replaces one of a lower layer. */
async function readFiles(layers: readonly Layer[]): Promise<Map<string, File>> {
  const files = new Map<string, File>();
  for (const { members } of layers) {
    for await (const member of members()) {
      if (member.type === 'directory') continue;
      const hash = createHash('sha256');
      for await (const chunk of member.body) hash.update(chunk);
      const { type, mode, target, size } = member;
      files.set(imagePath(member.path), {
        size,
        identity: [type, mode, target, hash.digest('hex')].join('\n'),
      });
    }
  }
  return files;
}

function compare(before: ReadonlyMap<string, File>, after: ReadonlyMap<string, File>) {
  const [left, right] = [sorted(before), sorted(after)];
  const only = (files: typeof left, others: ReadonlyMap<string, File>) =>
    files.filter(([path]) => !others.has(path)).map(([path, { size }]) => ({ path, size }));
  return {
    added: only(right, before),
    removed: only(left, after),
    changed: left.flatMap(([path, file]) => {
      const other = after.get(path);
      if (!other || other.identity === file.identity) return [];
      return [{ path, before: file.size, after: other.size }];
    }),
  };
}

function sorted(files: ReadonlyMap<string, File>): [string, File][] {
  return [...files].sort(([left], [right]) => (left < right ? -1 : 1));
}
