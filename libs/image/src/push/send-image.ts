import { emptyConfig, type Document } from '../oci/document.ts';
import type { BaseLayers } from './base-marker.ts';
import { documentBlobs, requireBlob, type BlobSource } from '../layout/blob-source.ts';
import { ImageError } from '../error.ts';
import { inParallel } from './in-parallel.ts';
import { isIndexType, mediaTypes, type Descriptor } from '../oci/schemas.ts';
import type { Target } from './push-target.ts';
import { uploadOnce } from './upload-once.ts';

/** Bytes. Code layers up to this are sent without a HEAD: both take 40 ms (100 Mbit/s, distant registry). */
const withoutHeadLimit = 512 * 1024;

/** The progress of one blob. */
export interface PushProgress {
  /** The target repository; for a folder its full path. */
  repository: string;
  digest: string;
  /** Bytes of the blob. */
  size: number;
  /** Bytes sent so far. A retried upload starts again at 0. */
  sent: number;
  /** `mounted`: the registry took the blob from another of its repositories; no bytes were sent. */
  state: 'exists' | 'uploading' | 'uploaded' | 'mounted';
}

/** The sent blobs of an image. */
export interface Sent {
  /** Bytes of the blobs that were sent; 0 if the target had all of them. */
  uploadedBytes: number;
  uploadedBlobs: number;
  /** True if the target already had the image. */
  existed: boolean;
}

export interface SendOptions {
  source: BlobSource;
  /** Digests of the layers that change with each commit. @default none */
  codeLayers?: ReadonlySet<string>;
  /** The layers of the base, which one request can find. @default one request per layer */
  base?: BaseLayers | undefined;
  onProgress?: ((progress: PushProgress) => void) | undefined;
  /** Ends waiting for other uploads. */
  signal: AbortSignal;
  /** Cancels running uploads after a failure. */
  cancel: () => void;
}

/** The content below a root: its documents in the order in which they must be sent, and its blobs. */
interface ImageContents {
  children: readonly Document[];
  blobs: readonly Descriptor[];
}

/**
 * Sends the content that the target does not have: blobs, then the documents that name them, then the root.
 * Finally checks that the target has the root.
 * @param contents called only if the target does not have the root
 * @param tag the root is sent under this tag, which saves a request
 * @throws ImageError `blob-missing`, `push-unverified`, `tag-immutable`, …
 */
export async function sendImage(
  target: Target,
  root: Document,
  contents: () => Promise<ImageContents>,
  options: SendOptions,
  tag?: string,
): Promise<Sent> {
  if (await target.hasImage(root)) return { uploadedBytes: 0, uploadedBlobs: 0, existed: true };
  const below = await contents();
  const sent = await sendContents(target, below, options);
  await target.putRoot(root, tag);
  if (await target.hasImage(root)) {
    await target.complete(below.blobs);
    return { ...sent, existed: false };
  }
  throw new ImageError(
    'push-unverified',
    `${target.name} accepted ${root.descriptor.digest} but does not have it: check the registry's storage, then push again`,
    { value: root.descriptor.digest },
  );
}

/** Sends blobs, then manifests, then indexes. */
export async function sendContents(
  target: Target,
  { children, blobs }: ImageContents,
  options: SendOptions,
): Promise<Omit<Sent, 'existed'>> {
  const sent = { uploadedBytes: 0, uploadedBlobs: 0 };
  const place = await target.identity();
  const { base } = options;
  const sendOnce = async (blob: Descriptor, sending: SendOptions) => {
    const { digest, size } = blob;
    const state = await uploadOnce(`${place} ${digest}`, options.signal, () =>
      sendBlob(target, blob, sending),
    );
    // Another push of this process sent the blob.
    if (state === undefined)
      options.onProgress?.({ repository: target.name, digest, size, sent: 0, state: 'exists' });
    if (state !== 'uploaded') return;
    sent.uploadedBytes += size;
    sent.uploadedBlobs += 1;
  };
  await inParallel(blobs, options.cancel, (blob) => sendOnce(blob, options));
  const putManifest = async (document: Document) => {
    try {
      await target.putManifest(document);
    } catch (error) {
      if (!isRefusal(error) || !(await base?.hasMarker())) throw error;
      // The registry may have lost layers but kept the marker that names them.
      const withoutMarker = { ...options, base: undefined };
      for (const blob of blobs) if (base?.marker.layers.has(blob.digest)) await sendOnce(blob, withoutMarker);
      await target.putManifest(document);
    }
  };
  const isIndex = ({ descriptor }: Document) => isIndexType(descriptor.mediaType);
  const manifests = children.filter((document) => !isIndex(document));
  await inParallel(manifests, options.cancel, putManifest);
  // In order, because an index may name another index.
  for (const document of children.filter(isIndex)) await target.putManifest(document);
  return sent;
}

function isRefusal(error: unknown): boolean {
  return error instanceof ImageError && ['registry-refused', 'repository-missing'].includes(error.code);
}

/**
 * Writes the base marker for the next push, if it is missing. Failures are ignored: the image has been
 * pushed, and without the marker the next push asks for each layer.
 */
export async function writeBaseMarker(
  target: Target,
  { marker, hasMarker }: BaseLayers,
  signal: AbortSignal,
): Promise<void> {
  const contents = { children: [marker.manifest], blobs: [emptyConfig.descriptor] };
  const options = { source: documentBlobs([emptyConfig]), signal, cancel: () => undefined };
  try {
    if (!(await hasMarker())) await sendContents(target, contents, options);
  } catch {
    // The marker is optional.
  }
}

/**
 * Sets tags of an image that the target has.
 * @param existed tags may be set already; some registries refuse to set a tag twice
 * @throws ImageError `tag-immutable`
 */
export async function sendTags(
  target: Target,
  tags: readonly string[],
  root: Document,
  existed: boolean,
): Promise<void> {
  for (const tag of new Set(tags)) {
    if (!existed || (await target.tagged(tag)) !== root.descriptor.digest) await target.putTag(tag, root);
  }
}

/** True for blobs that are unique to a new image: its configurations and its code layers. */
function isNew(
  { mediaType, digest, size }: Descriptor,
  codeLayers: ReadonlySet<string> | undefined,
): boolean {
  return mediaType === mediaTypes.config || (codeLayers?.has(digest) === true && size <= withoutHeadLimit);
}

async function sendBlob(
  target: Target,
  blob: Descriptor,
  { source, codeLayers, base, onProgress = () => undefined }: SendOptions,
): Promise<PushProgress['state']> {
  const about = { repository: target.name, digest: blob.digest, size: blob.size };
  if ((await base?.has(blob.digest)) || (await target.hasBlob(blob, isNew(blob, codeLayers)))) {
    onProgress({ ...about, sent: 0, state: 'exists' });
    return 'exists';
  }
  const found = await requireBlob(source, blob, 'the image');
  let sent = 0;
  const opening = { ...found, open: () => ((sent = 0), found.open()) };
  const state = await target.putBlob(blob, opening, (bytes) => {
    sent += bytes;
    onProgress({ ...about, sent, state: 'uploading' });
  });
  onProgress({ ...about, sent: state === 'mounted' ? 0 : blob.size, state });
  return state;
}
