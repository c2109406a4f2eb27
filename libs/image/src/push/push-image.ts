import { baseMarker, baseLayersIn } from './base-marker.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { openImage, type Image } from '../layout/open-image.ts';
import { assertTags, parseRepository } from '../oci/reference.ts';
import { writeBaseMarker, sendImage, sendTags, type PushProgress, type Sent } from './send-image.ts';
import { openTarget } from './open-push-target.ts';

export interface PushOptions {
  /** Folder that `buildImage` wrote, or any OCI layout. */
  layout: string;
  /** Folder of base blobs. */
  blobs: string;
  /** Repository: `host[:port]/path`, or `oci:DIR` for a folder. */
  to: string;
  /** Tags to set after the push. An image without a tag can be pulled by its digest. @default none */
  tags?: string[];
  /** Digest of the image. Required if the layout has several. */
  digest?: string;
  onProgress?: (progress: PushProgress) => void;
  /** Milliseconds for the whole push. @default 120 000 */
  deadlineMs?: number;
  /** Uses plain http for a host that is not loopback. @default false */
  insecure?: boolean;
  /** @default {@link registryCredentials} */
  credentials?: CredentialStore;
}

export interface PushResult extends Sent {
  repository: string;
  /** Digest of the index. The repository has it. */
  digest: string;
  /** The number of HTTP requests, including sign-in; 0 for a folder. */
  requests: number;
}

/**
 * Pushes an image to a repository. Content that the repository has is not sent. Blobs are sent first, then
 * manifests, then the index with its first tag, then the other tags. An interrupted push therefore leaves no
 * document that names missing content, and the next push continues it.
 * @throws ImageError `invalid-input`, `blob-missing`, `unauthorized`, `repository-missing`, `tag-immutable`,
 *   `registry-unreachable`, `deadline`, …
 */
export async function pushImage({ to, ...options }: PushOptions): Promise<PushResult> {
  return withPush(options, [to], (push) => push(to));
}

/** Time limit for writing the base marker after a push, in milliseconds. */
const markerTimeoutMs = 5_000;

/** Pushes the image to one of the repositories. */
type Push = (to: string) => Promise<PushResult>;

/** Opens an image once for pushes that may run in parallel. Names are checked before the first request. */
export async function withPush<T>(
  options: Omit<PushOptions, 'to'>,
  places: readonly string[],
  work: (push: Push) => Promise<T>,
): Promise<T> {
  for (const place of places) parseRepository(place);
  assertTags(options.tags ?? []);
  const deadline = AbortSignal.timeout(options.deadlineMs ?? 120_000);
  const image = await openImage({ ...options, signal: deadline });
  try {
    return await work((to) => pushOpened(image, { ...options, to }, deadline));
  } finally {
    image.close();
  }
}

async function pushOpened(image: Image, options: PushOptions, deadline: AbortSignal): Promise<PushResult> {
  const { to, tags = [], insecure, credentials = registryCredentials(), onProgress } = options;
  const { root, blobs, source, platforms, result } = image;
  const [first, ...others] = new Set(tags);
  const stop = new AbortController();
  const signal = AbortSignal.any([deadline, stop.signal]);
  const repository = parseRepository(to);
  const target = openTarget(repository, { credentials, signal, insecure });
  try {
    const documents = platforms.map(({ document }) => document);
    const children = documents.filter(({ descriptor }) => descriptor.digest !== root.descriptor.digest);
    const code = result?.layers.filter(({ name }) => name === 'app').map(({ digest }) => digest);
    const marker = repository.kind === 'registry' ? baseMarker(image) : undefined;
    const base = marker && baseLayersIn(target, marker);
    const sending = {
      source,
      codeLayers: new Set(code),
      base,
      onProgress,
      signal,
      cancel: () => stop.abort(),
    };
    const sent = await sendImage(target, root, async () => ({ children, blobs }), sending, first);
    if (sent.existed) await target.complete(blobs);
    await sendTags(target, sent.existed ? tags : others, root, sent.existed);
    if (base && !sent.existed) {
      const giveUp = setTimeout(() => stop.abort(), markerTimeoutMs);
      await writeBaseMarker(target, base, signal);
      clearTimeout(giveUp);
    }
    return { repository: to, digest: root.descriptor.digest, ...sent, requests: target.requests() };
  } finally {
    target.close();
  }
}
