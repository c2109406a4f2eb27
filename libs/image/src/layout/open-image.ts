import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { firstOf, folderBlobs, requireBlob, type BlobSource } from './blob-source.ts';
import { collect } from '../disk/read-chunks.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { verified } from '../oci/digest.ts';
import { jsonLimit, readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { blobsOf, readLayoutIndex } from './layout-files.ts';
import {
  ImageConfigSchema,
  IndexSchema,
  isIndexType,
  ManifestSchema,
  refName,
  type Descriptor,
  type ImageConfig,
  type Manifest,
  type Platform,
} from '../oci/schemas.ts';
import { parseRepository } from '../oci/reference.ts';
import { RemoteRepository } from '../registry/remote-repository.ts';
import { readImageResult, resultFile, type ImageResult } from './image-json.ts';
import type { Document } from '../oci/document.ts';
import { isReferrersTag } from '../oci/referrers-tag.ts';

/** The image for one platform. */
export interface PlatformImage {
  platform: Platform;
  document: Document;
  manifest: Manifest;
  config: ImageConfig;
}

/** An image whose documents have been read and checked. Layers are read on demand. */
export interface Image {
  root: Document;
  platforms: PlatformImage[];
  /** All configurations and layers, without duplicates. */
  blobs: Descriptor[];
  /** The content of `image.json`, if the layout has one: the names of the application's layers by digest. */
  result: ImageResult | undefined;
  source: BlobSource;
  /** Closes the connection to the base's registry, if one was needed. */
  close(): void;
}

export interface ImageLocation {
  /** Folder of an OCI layout, written by `buildImage` or `exportImage`, or a repository folder. */
  layout: string;
  /** Folder of base blobs. */
  blobs?: string | undefined;
  /** Digest of the image. Required if the layout has several. */
  digest?: string | undefined;
  /** For the registry of a pinned base. @default {@link registryCredentials} */
  credentials?: CredentialStore | undefined;
  /** Aborts requests to the registry of a pinned base. */
  signal?: AbortSignal;
}

/**
 * Opens an image of a layout. Searches blobs in the layout, in `blobs` and in the pinned base's registry.
 * @throws ImageError `document-invalid`, `blob-missing`, `digest-mismatch`
 */
export async function openImage(location: ImageLocation): Promise<Image> {
  const { layout } = location;
  const { result, local, source, close } = await layoutBlobs(location);
  const read = (descriptor: Descriptor) => readBlob(local, descriptor, `"${layout}"`);
  const root = await read(chooseRoot(readLayoutIndex(layout).manifests, location));
  return { root, ...(await readPlatforms(root, layout, read, local)), result, source, close };
}

/**
 * Reads the images of all platforms below a root, and lists their blobs without duplicates.
 * @param place the name of the image in messages
 * @param readManifest reads a manifest that the root names
 * @param source provides configurations
 */
export async function readPlatforms(
  root: Document,
  place: string,
  readManifest: (descriptor: Descriptor) => Promise<Document>,
  source: BlobSource,
): Promise<Pick<Image, 'platforms' | 'blobs'>> {
  const platforms = await Promise.all(
    imagesOf(root, place).map(async (child) =>
      readPlatform(child.digest === root.descriptor.digest ? root : await readManifest(child), child, source),
    ),
  );
  const descriptors = platforms.flatMap(({ manifest }) => [manifest.config, ...manifest.layers]);
  const unique = new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
  return { platforms, blobs: [...unique.values()] };
}

/** The sources of a layout's blobs: the layout, the folder of base blobs, the registry of its pinned base. */
export async function layoutBlobs(location: Omit<ImageLocation, 'digest'>) {
  const { layout, blobs } = location;
  const result = existsSync(join(layout, resultFile)) ? await readImageResult(layout) : undefined;
  const local = firstOf([folderBlobs(blobsOf(layout)), ...(blobs ? [folderBlobs(blobs, true)] : [])]);
  const remote = baseRegistry(result, location);
  return { result, local, source: firstOf([local, remote.source]), close: remote.close };
}

function chooseRoot(entries: readonly Descriptor[], { layout, digest }: ImageLocation): Descriptor {
  const images = entries.filter(({ annotations }) => !isReferrersTag(annotations?.[refName] ?? ''));
  const byDigest = new Map(images.map((entry) => [entry.digest, entry]));
  const [only] = byDigest.values();
  const chosen = digest ? byDigest.get(digest) : only;
  if (chosen && (digest || byDigest.size === 1)) {
    return { mediaType: chosen.mediaType, digest: chosen.digest, size: chosen.size };
  }
  const found = [...byDigest.keys()].join(', ') || 'none';
  const reason = digest
    ? `"${layout}" has no image ${digest}`
    : `"${layout}" does not contain exactly one image`;
  throw new ImageError('document-invalid', `${reason}: name one of its digests (${found})`, {
    value: digest ?? layout,
  });
}

/** The manifests below a root: those of an index, or the root itself if it is a manifest. */
function imagesOf(root: Document, place: string): Descriptor[] {
  if (!isIndexType(root.descriptor.mediaType)) return [root.descriptor];
  return readJson(IndexSchema, root.bytes, `index ${root.descriptor.digest} of "${place}"`).manifests;
}

async function readPlatform(
  document: Document,
  descriptor: Descriptor,
  source: BlobSource,
): Promise<PlatformImage> {
  const manifest = readJson(ManifestSchema, document.bytes, `manifest ${descriptor.digest}`);
  const { bytes } = await readBlob(source, manifest.config, `manifest ${descriptor.digest}`);
  const config = readJson(ImageConfigSchema, bytes, `configuration ${manifest.config.digest}`);
  const { os, architecture, variant } = config;
  const platform = { os, architecture, ...(variant ? { variant } : {}) };
  return { platform: descriptor.platform ?? platform, document, manifest, config };
}

async function readBlob(source: BlobSource, descriptor: Descriptor, place: string): Promise<Document> {
  const found = await requireBlob(source, descriptor, place);
  const tooLarge = () =>
    new ImageError('document-invalid', `${descriptor.digest} in ${place} is larger than ${jsonLimit} bytes`, {
      value: descriptor.digest,
    });
  return { descriptor, bytes: await collect(await found.open(), jsonLimit, tooLarge) };
}

/** Reads layers of a pinned base from its registry, because a build does not fetch them. */
function baseRegistry(result: ImageResult | undefined, location: Omit<ImageLocation, 'digest'>) {
  if (result?.base.kind !== 'pinned') return { source: async () => undefined, close: () => undefined };
  const repository = parseRepository(result.base.name);
  if (repository.kind !== 'registry') return { source: async () => undefined, close: () => undefined };
  const { credentials = registryCredentials(), signal = new AbortController().signal } = location;
  const remote = new RemoteRepository({ repository, access: 'pull', credentials, signal });
  const source: BlobSource = async (blob) => ({
    repository,
    open: async () =>
      verified(await remote.openBlob(blob.digest), blob, `${blob.digest} of ${repository.name}`),
  });
  return { source, close: () => remote.close() };
}
