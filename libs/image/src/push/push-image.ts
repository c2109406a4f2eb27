import { baseMarker, baseIn } from './base-marker.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { openImage, type Image } from '../layout/open-image.ts';
import { assertTags, parseRepository } from '../oci/reference.ts';
import { writeBaseMarker, sendImage, sendTags, type PushProgress, type Sent } from './send.ts';
import { openTarget } from './open-target.ts';

export interface PushOptions {
  /** Folder that `buildImage` wrote, or any OCI layout. */
  layout: string;
  /** Folder in which base blobs lie. */
  blobs: string;
  /** Repository: `host[:port]/path`, or `oci:DIR` for a folder. */
  to: string;
  /** Tags to set once the image is there. An image without a tag is found by its digest. @default none */
  tags?: string[];
  /** Which image, where the layout holds several. */
  digest?: string;
  onProgress?: (progress: PushProgress) => void;
  /** Milliseconds for the whole push. @default 120 000 */
  deadlineMs?: number;
  /** Plain http for a host that is not loopback. @default false */
  insecure?: boolean;
  /** @default what `docker login` left */
  credentials?: CredentialStore;
}

export interface PushResult extends Sent {
  repository: string;
  /** Digest of the index, readable in the repository. */
  digest: string;
  /** HTTP requests, sign-in included; 0 for a folder. */
  requests: number;
}

/**
 * Brings an image into a repository. What is there already is not sent; blobs go first, the index after what it
 * names, with its first tag, further tags last: a push that breaks off leaves nothing that names missing content, and the next one goes on.
 * @throws ImageError `invalid-input`, `blob-missing`, `unauthorized`, `repository-missing`, `tag-immutable`,
 *   `registry-unreachable`, `deadline`, …
 */
export async function pushImage({ to, ...options }: PushOptions): Promise<PushResult> {
  return withPush(options, [to], (push) => push(to));
}

/** What a push that is done may take to leave something for the next one. Milliseconds. */
const leavingMs = 5_000;

/** Brings the image into one of the repositories. */
type Push = (to: string) => Promise<PushResult>;

/** Opens an image once, for pushes that may run side by side. What is asked is checked before anything is sent. */
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
    const artifact = repository.kind === 'registry' ? baseMarker(image) : undefined;
    const base = artifact && baseIn(target, artifact);
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
      const giveUp = setTimeout(() => stop.abort(), leavingMs);
      await writeBaseMarker(target, base, signal);
      clearTimeout(giveUp);
    }
    return { repository: to, digest: root.descriptor.digest, ...sent, requests: target.requests() };
  } finally {
    target.close();
  }
}
