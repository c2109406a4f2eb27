import { readFile } from 'node:fs/promises';
import * as Type from 'typebox';
import { sortedBases, type Base } from './base.ts';
import { blobPath, putBlob } from '../layout/blob-folder.ts';
import { once } from '../disk/read-chunks.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { digestOf, digestPattern } from '../oci/digest.ts';
import { validate, readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import {
  hostPlatform,
  ImageConfigSchema,
  IndexSchema,
  isIndexType,
  ManifestSchema,
  mediaTypes,
  platformName,
  type Platform,
} from '../oci/schemas.ts';
import { parseRepository } from '../oci/reference.ts';
import { RemoteRepository } from '../registry/remote-repository.ts';

export const BaseLockSchema = Type.Object(
  {
    /** Registry and path, without a tag: `gcr.io/distroless/nodejs24-debian12`. */
    name: Type.String(),
    /** The tag that was resolved, for information and for the next update. Never used to pull. */
    tag: Type.Optional(Type.String()),
    /** Digest of the image's index, or of its manifest if the image has only one platform. */
    digest: Type.String({ pattern: digestPattern }),
    /** Date or author of the last update. */
    resolved: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    /** Digests of the platforms' manifests, as far as they are known; checked against the index. */
    platforms: Type.Optional(Type.Record(Type.String(), Type.String({ pattern: digestPattern }))),
  },
  { additionalProperties: false },
);
/** The lock of a public base image: the content of `base.lock.yaml`, parsed by the caller. */
export type BaseLock = Type.Static<typeof BaseLockSchema>;

/** A lock before its first update: the digest is optional. */
export const NewBaseLockSchema = Type.Object(
  { ...BaseLockSchema.properties, digest: Type.Optional(BaseLockSchema.properties.digest) },
  { additionalProperties: false },
);
export type NewBaseLock = Type.Static<typeof NewBaseLockSchema>;

interface CommonOptions {
  lock: BaseLock;
  /** Folder that keeps the base's index, manifest and configuration (a few kilobytes). */
  blobs: string;
  /** @default {@link registryCredentials} */
  credentials?: CredentialStore;
  /** Milliseconds for all requests together. @default 60 000 */
  deadlineMs?: number;
}

export interface PinnedBaseOptions extends CommonOptions {
  /** `os/architecture[/variant]`. @default Linux on this machine's processor */
  platform?: string;
}

export interface PinnedBasesOptions extends CommonOptions {
  /** Each as `os/architecture[/variant]`. */
  platforms: readonly string[];
}

/**
 * A base that is fixed by digest. Its index, manifest and configuration are fetched once, checked and kept in
 * `blobs`; after that no network access is needed. Its layers are not fetched.
 * @throws ImageError `document-invalid`, `digest-mismatch`, `registry-unreachable`, `unauthorized`, …
 */
export async function pinnedBase({ platform, ...options }: PinnedBaseOptions): Promise<Base> {
  const platforms = [platform ?? platformName(hostPlatform())];
  const [base] = sortedBases(await pinnedBases({ ...options, platforms }));
  return base;
}

/** As {@link pinnedBase}, for several platforms of one image, in the given order. */
export async function pinnedBases(options: PinnedBasesOptions): Promise<Base[]> {
  const lock = validate(BaseLockSchema, options.lock, 'the base lock');
  const repository = parseRepository(lock.name);
  if (repository.kind !== 'registry') {
    throw new ImageError(
      'invalid-input',
      `"${lock.name}" in the base lock is not a repository of a registry`,
      { value: lock.name },
    );
  }
  const remote = new RemoteRepository({
    repository,
    access: 'pull',
    credentials: options.credentials ?? registryCredentials(),
    signal: AbortSignal.timeout(options.deadlineMs ?? 60_000),
  });
  try {
    const bases: Base[] = [];
    const read = storedDocuments(options.blobs, remote);
    for (const platform of new Set(options.platforms)) bases.push(await readBase(lock, read, platform));
    return bases;
  } finally {
    remote.close();
  }
}

type ReadDocument = (kind: 'manifest' | 'blob', digest: string) => Promise<Buffer>;

async function readBase(lock: BaseLock, read: ReadDocument, platform: string): Promise<Base> {
  const manifestDigest = await findManifest(lock, read, platform);
  const place = `${lock.name}@${manifestDigest}`;
  const manifest = readJson(ManifestSchema, await read('manifest', manifestDigest), place);
  const config = readJson(ImageConfigSchema, await read('blob', manifest.config.digest), `${place} (config)`);
  const { os, architecture, variant } = config;
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    throw new ImageError(
      'document-invalid',
      `${place} names ${manifest.layers.length} layers but ${diffIds.length} diffIDs`,
    );
  }
  return {
    kind: 'pinned',
    name: lock.name,
    digest: lock.digest,
    platform: { os, architecture, ...(variant ? { variant } : {}) } satisfies Platform,
    layers: manifest.layers.map(({ mediaType, digest, size }) => ({
      mediaType: ociLayer(mediaType),
      digest,
      size,
    })),
    diffIds,
    env: config.config?.Env ?? [],
    // If the base has no history, each layer still needs an entry (image-spec, "history").
    history: config.history ?? diffIds.map(() => ({ created_by: lock.name })),
  };
}

async function findManifest(lock: BaseLock, read: ReadDocument, platform: string): Promise<string> {
  const root = await read('manifest', lock.digest);
  const place = `${lock.name}@${lock.digest}`;
  const { mediaType } = readJson(Type.Object({ mediaType: Type.Optional(Type.String()) }), root, place);
  const hasManifests = 'manifests' in JSON.parse(root.toString('utf8'));
  if (!hasManifests && !isIndexType(mediaType ?? '')) return lock.digest;
  const { manifests } = readJson(IndexSchema, root, place);
  const found = manifests.find((entry) => entry.platform && matches(entry.platform, platform));
  const offered = manifests.flatMap((entry) => (entry.platform ? [platformName(entry.platform)] : []));
  if (!found) {
    throw new ImageError(
      'document-invalid',
      `${place} has no manifest for ${platform}, only for ${offered.join(', ')}`,
      { value: platform },
    );
  }
  const locked = lock.platforms?.[platform];
  if (locked === undefined || locked === found.digest) return found.digest;
  throw new ImageError(
    'digest-mismatch',
    `the base lock has ${locked} for ${platform}, but ${place} has ${found.digest}: update the lock`,
    { value: locked },
  );
}

/** `linux/arm64` also matches `linux/arm64/v8`, the only variant. */
function matches(platform: Platform, wanted: string): boolean {
  return platformName(platform) === wanted || platformName(platform) === `${wanted}/v8`;
}

/** Replaces Docker's media type, which OCI manifests must not contain. The blob has the same format. */
function ociLayer(mediaType: string): string {
  return mediaType === 'application/vnd.docker.image.rootfs.diff.tar.gzip' ? mediaTypes.layerGzip : mediaType;
}

/** Reads documents from the blob folder, else from the registry, and stores them. Both are checked. */
function storedDocuments(blobs: string, remote: RemoteRepository): ReadDocument {
  return async (kind, digest) => {
    const kept = await readFile(blobPath(blobs, digest)).catch(() => undefined);
    if (kept && digestOf(kept) === digest) return kept;
    const { bytes } =
      kind === 'manifest' ? await remote.fetchManifest(digest) : await remote.fetchBlob(digest);
    await putBlob(blobs, once(bytes), { digest, size: bytes.length }, digest);
    return bytes;
  };
}
