import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import {
  documentType,
  ImageConfigSchema,
  IndexSchema,
  isIndexType,
  ManifestSchema,
  platformName,
} from '../oci/schemas.ts';
import { validate, readJson } from '../json/validate.ts';
import { digestOf } from '../oci/digest.ts';
import { ImageError } from '../error.ts';
import { NewBaseLockSchema, type BaseLock, type NewBaseLock } from './pinned-base.ts';
import { parseRepository } from '../oci/reference.ts';
import { RemoteRepository } from '../registry/remote-repository.ts';

export interface BaseUpdate {
  lock: BaseLock;
  /** Whether the tag points to another digest than before. */
  changed: boolean;
}

/**
 * Asks the registry for the digest and the platforms of a lock's tag. A new lock needs no digest.
 * @param day the value of `resolved`: `YYYY-MM-DD`
 * @throws ImageError `invalid-input` for a lock without a tag; `image-missing`, `registry-unreachable`, …
 */
export async function updateBaseLock(options: {
  lock: NewBaseLock;
  day: string;
  credentials?: CredentialStore;
  /** Milliseconds for all requests together. @default 60 000 */
  deadlineMs?: number;
}): Promise<BaseUpdate> {
  const before = validate(NewBaseLockSchema, options.lock, 'the base lock');
  const repository = parseRepository(before.name);
  if (repository.kind !== 'registry' || !before.tag) {
    throw new ImageError('invalid-input', `the base lock of "${before.name}" has no registry or no tag`, {
      value: before.name,
    });
  }
  const remote = new RemoteRepository({
    repository,
    access: 'pull',
    credentials: options.credentials ?? registryCredentials(),
    signal: AbortSignal.timeout(options.deadlineMs ?? 60_000),
  });
  try {
    const { bytes, mediaType } = await remote.fetchManifest(before.tag);
    const [digest, platforms] = [digestOf(bytes), await platformsOf(remote, bytes, mediaType)];
    const lock = { name: before.name, tag: before.tag, digest, resolved: options.day, platforms };
    return { lock, changed: digest !== before.digest };
  } finally {
    remote.close();
  }
}

/** Digests of the manifests of an image's platforms, sorted by platform. */
async function platformsOf(
  remote: RemoteRepository,
  bytes: Buffer,
  mediaType: string,
): Promise<Record<string, string>> {
  if (!isIndexType(documentType(bytes, mediaType))) {
    const { config } = readJson(ManifestSchema, bytes, remote.origin);
    const found = await remote.fetchBlob(config.digest);
    const platform = readJson(ImageConfigSchema, found.bytes, config.digest);
    return { [platformName(platform)]: digestOf(bytes) };
  }
  const { manifests } = readJson(IndexSchema, bytes, remote.origin);
  const entries = manifests.flatMap(({ platform, digest }): [string, string][] =>
    // Some builders add attestations to the index, with the platform "unknown".
    platform && platform.os !== 'unknown' ? [[platformName(platform), digest]] : [],
  );
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}
