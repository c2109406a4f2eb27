import type { CredentialStore } from '../registry/docker-credentials.ts';
import { openImageAt } from './open-image-at.ts';
import type { Image, PlatformImage } from '../layout/open-image.ts';
import { imagePath, layerName, readLayer } from './read-layer.ts';
import { platformName, type Descriptor } from '../oci/schemas.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import type { TarMember } from '../archive/read-tar.ts';

export interface InspectOptions {
  /** `repository@sha256:…`, or a folder that is an OCI layout. */
  image: string;
  /** Folder of base blobs, for a sparse layout. */
  blobs?: string;
  /** Digest of the image. Required if the folder has several. */
  digest?: string;
  /** Time limit for all requests together, in milliseconds. @default 60 000 */
  deadlineMs?: number;
  /** Uses plain http for a host that is not loopback. @default false */
  insecure?: boolean;
  /** @default {@link registryCredentials} */
  credentials?: CredentialStore;
}

export interface InspectedFile {
  /** Absolute path in the image's file system. */
  path: string;
  type: TarMember['type'];
  /** Permission bits. */
  mode: number;
  /** Bytes. */
  size: number;
  /** Target of a link. */
  target?: string;
}

export interface InspectedLayer {
  /** `base`, or the name of the application's layer. */
  name: string;
  mediaType: string;
  digest: string;
  diffId: string;
  /** Compressed size in bytes. */
  size: number;
  /** Absent if the layer is only in a registry, because layers are not fetched. */
  files?: InspectedFile[];
}

export interface InspectedImage {
  digest: string;
  platforms: {
    platform: string;
    digest: string;
    user: string;
    workingDir: string;
    entrypoint: string[];
    env: string[];
    labels: Record<string, string>;
    layers: InspectedLayer[];
  }[];
}

/**
 * Returns the configuration of an image, its layers with their sizes, and the files in each layer.
 * @throws ImageError `invalid-input`, `image-missing`, `document-invalid`, `digest-mismatch`,
 *   `archive-invalid`, …
 */
export async function inspectImage(options: InspectOptions): Promise<InspectedImage> {
  const { credentials = registryCredentials(), deadlineMs = 60_000, ...rest } = options;
  const opening = { ...rest, credentials, signal: AbortSignal.timeout(deadlineMs) };
  const image = await openImageAt(options.image, opening);
  try {
    const platforms = [];
    for (const platform of image.platforms) platforms.push(await inspectPlatform(image, platform));
    return { digest: image.root.descriptor.digest, platforms };
  } finally {
    image.close();
  }
}

async function inspectPlatform(image: Image, platform: PlatformImage) {
  const layers: InspectedLayer[] = [];
  for (const [index, layer] of platform.manifest.layers.entries()) {
    const local = (await image.source(layer))?.isLocal === true;
    const files = local ? await listFiles(image, platform, index) : undefined;
    layers.push({ ...describe(image, platform, layer, index), ...(files ? { files } : {}) });
  }
  const { config } = platform.config;
  return {
    platform: platformName(platform.platform),
    digest: platform.document.descriptor.digest,
    user: config?.User ?? '',
    workingDir: config?.WorkingDir ?? '/',
    entrypoint: [...(config?.Entrypoint ?? []), ...(config?.Cmd ?? [])],
    env: config?.Env ?? [],
    labels: config?.Labels ?? {},
    layers,
  };
}

function describe(image: Image, platform: PlatformImage, layer: Descriptor, index: number) {
  const { mediaType, digest, size } = layer;
  const diffId = platform.config.rootfs.diff_ids[index] ?? '';
  return { name: layerName(image, platform, index), mediaType, digest, diffId, size };
}

async function listFiles(image: Image, platform: PlatformImage, index: number): Promise<InspectedFile[]> {
  const files: InspectedFile[] = [];
  for await (const { path, type, mode, size, target } of readLayer(image, platform, index)) {
    files.push({ path: imagePath(path), type, mode, size, ...(target ? { target } : {}) });
  }
  return files;
}
