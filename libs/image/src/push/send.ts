import { emptyConfig, type Document } from '../oci/document.ts';
import type { BaseLayers } from './base-marker.ts';
import { documentBlobs, requireBlob, type BlobSource } from '../layout/blob-source.ts';
import { ImageError } from '../error.ts';
import { inParallel } from './in-parallel.ts';
import { isIndexType, mediaTypes, type Descriptor } from '../oci/schemas.ts';
import type { Target } from './target.ts';
import { uploadOnce } from './upload-once.ts';

/** A layer of new code up to this size is sent unasked: 40 ms at 100 Mbit/s, which is what asking a distant registry takes. Bytes. */
const unaskedLimit = 512 * 1024;

/** What happens to a blob, as it happens. */
export interface PushProgress {
  /** Where it goes; a folder by its full path. */
  repository: string;
  digest: string;
  /** Bytes in all. */
  size: number;
  /** Bytes sent so far. A retried upload begins again at 0. */
  sent: number;
  /** `mounted`: the registry took it over from another of its repositories, nothing was sent. */
  state: 'exists' | 'uploading' | 'uploaded' | 'mounted';
}

/** What was sent, and what was there. */
export interface Sent {
  /** Bytes of blobs that were sent; 0 when everything was there. */
  uploadedBytes: number;
  uploadedBlobs: number;
  /** True when the image was there already. */
  existed: boolean;
}

export interface SendOptions {
  source: BlobSource;
  /** Digests of the layers that change with each commit. @default none is known */
  codeLayers?: ReadonlySet<string>;
  /** The layers of the base, which are asked for together. @default each layer is asked for */
  base?: BaseLayers | undefined;
  onProgress?: ((progress: PushProgress) => void) | undefined;
  /** Ends the waiting for others. */
  signal: AbortSignal;
  /** Ends what is under way after a failure. */
  cancel: () => void;
}

/** What is below a root: its documents in the order in which they must arrive, and its blobs. */
interface ImageContents {
  children: readonly Document[];
  blobs: readonly Descriptor[];
}

/**
 * Sends what the target does not have: blobs, the documents that name them, the root last; then asks whether the
 * root is there.
 * @param contents asked only when the root is not there
 * @param tag goes with the root, when that is sent: a request less
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
    `${target.name} accepted ${root.descriptor.digest} but does not have it: look at the registry's storage, then push again`,
    { value: root.descriptor.digest },
  );
}

/** Sends blobs, then documents. */
export async function sendContents(
  target: Target,
  { children, blobs }: ImageContents,
  options: SendOptions,
): Promise<Omit<Sent, 'existed'>> {
  const sent = { uploadedBytes: 0, uploadedBlobs: 0 };
  const place = await target.identity();
  const { base } = options;
  const bring = async (blob: Descriptor, asking: SendOptions) => {
    const { digest, size } = blob;
    const state = await uploadOnce(`${place} ${digest}`, options.signal, () =>
      sendBlob(target, blob, asking),
    );
    // Another push of this process brought it.
    if (state === undefined)
      options.onProgress?.({ repository: target.name, digest, size, sent: 0, state: 'exists' });
    if (state !== 'uploaded') return;
    sent.uploadedBytes += size;
    sent.uploadedBlobs += 1;
  };
  await inParallel(blobs, options.cancel, (blob) => bring(blob, options));
  const putManifest = async (document: Document) => {
    try {
      await target.putManifest(document);
    } catch (error) {
      if (!isRefusal(error) || !(await base?.isKnown())) throw error;
      // A registry may have lost layers and kept the artifact that names them.
      const asking = { ...options, base: undefined };
      for (const blob of blobs) if (base?.artifact.layers.has(blob.digest)) await bring(blob, asking);
      await target.putManifest(document);
    }
  };
  const isIndex = ({ descriptor }: Document) => isIndexType(descriptor.mediaType);
  const manifests = children.filter((document) => !isIndex(document));
  await inParallel(manifests, options.cancel, putManifest);
  // An index may name another one.
  for (const document of children.filter(isIndex)) await target.putManifest(document);
  return sent;
}

function isRefusal(error: unknown): boolean {
  return error instanceof ImageError && ['registry-refused', 'repository-missing'].includes(error.code);
}

/**
 * Leaves the artifact of a base for the next push, where it is missing. The image is there: a registry that refuses it is
 * asked for each layer again.
 */
export async function writeBaseMarker(
  target: Target,
  { artifact, isKnown }: BaseLayers,
  signal: AbortSignal,
): Promise<void> {
  const contents = { children: [artifact.manifest], blobs: [emptyConfig.descriptor] };
  const options = { source: documentBlobs([emptyConfig]), signal, cancel: () => undefined };
  try {
    if (!(await isKnown())) await sendContents(target, contents, options);
  } catch {
    // Nothing that was asked for failed.
  }
}

/**
 * Lets tags lead to an image that is there.
 * @param existed it was there before: then a tag may lead to it already, and some registries refuse to say it again
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

/** Where the image is not there, neither is what belongs to it alone: its configurations and its code. */
function isNew(
  { mediaType, digest, size }: Descriptor,
  codeLayers: ReadonlySet<string> | undefined,
): boolean {
  return mediaType === mediaTypes.config || (codeLayers?.has(digest) === true && size <= unaskedLimit);
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
