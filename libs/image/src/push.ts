import { requireBlob } from './blob-source.ts';
import { dockerCredentials, type CredentialStore } from './credentials.ts';
import { ImageError } from './error.ts';
import { folderTarget } from './folder-target.ts';
import { openImage, type Image } from './image.ts';
import type { Descriptor } from './oci.ts';
import { assertTags, parseRepository, type Repository } from './reference.ts';
import { registryTarget } from './registry/registry-target.ts';
import type { Target } from './target.ts';

/** Uploads at the same time; go-containerregistry's figure. */
const parallelUploads = 4;

/** What happens to a blob, as it happens. */
export interface PushProgress {
  digest: string;
  /** Bytes in all. */
  size: number;
  /** Bytes sent so far. A retried upload begins again at 0. */
  sent: number;
  state: 'exists' | 'uploading' | 'uploaded';
}

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

export interface PushResult {
  repository: string;
  /** Digest of the index, readable in the repository. */
  digest: string;
  /** Bytes of blobs that were sent; 0 when everything was there. */
  uploadedBytes: number;
  uploadedBlobs: number;
  /** HTTP requests, sign-in included; 0 for a folder. */
  requests: number;
  /** True when the image was there already. */
  existed: boolean;
}

/**
 * Brings an image into a repository. What is there already is not sent; blobs go first, the index after what it
 * names, tags last: a push that breaks off leaves nothing that names missing content, and the next one goes on.
 * @throws ImageError `invalid-input`, `blob-missing`, `unauthorized`, `repository-missing`, `tag-immutable`,
 *   `registry-unreachable`, `deadline`, …
 */
export async function pushImage(options: PushOptions): Promise<PushResult> {
  const repository = parseRepository(options.to);
  assertTags(options.tags ?? []);
  const cancel = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(options.deadlineMs ?? 120_000), cancel.signal]);
  const image = await openImage({ ...options, signal });
  const target = openTarget(repository, options, signal);
  try {
    const sent = await pushTo(target, image, options, () => cancel.abort());
    return {
      repository: options.to,
      digest: image.root.descriptor.digest,
      ...sent,
      requests: target.requests(),
    };
  } finally {
    target.close();
    image.close();
  }
}

function openTarget(repository: Repository, options: PushOptions, signal: AbortSignal): Target {
  if (repository.kind === 'folder') return folderTarget(repository.folder);
  const credentials = options.credentials ?? dockerCredentials();
  return registryTarget({ repository, credentials, signal, insecure: options.insecure });
}

async function pushTo(target: Target, image: Image, options: PushOptions, cancel: () => void) {
  const { tags = [], onProgress = () => undefined, to } = options;
  const { root } = image;
  const sent = { uploadedBytes: 0, uploadedBlobs: 0, existed: await target.hasImage(root) };
  if (!sent.existed) {
    await inParallel(image.blobs, cancel, async (blob) => {
      const bytes = await pushBlob(target, image, blob, onProgress);
      sent.uploadedBytes += bytes ?? 0;
      sent.uploadedBlobs += bytes === undefined ? 0 : 1;
    });
    const children = image.platforms.filter(
      ({ document }) => document.descriptor.digest !== root.descriptor.digest,
    );
    for (const { document } of children) await target.putManifest(document);
    await target.putRoot(root);
    if (!(await target.hasImage(root))) throw unverified(to, root.descriptor.digest);
  }
  for (const tag of new Set(tags)) {
    if ((await target.tagged(tag)) !== root.descriptor.digest) await target.putTag(tag, root);
  }
  return sent;
}

/** Bytes sent, or `undefined` when the blob was there. */
async function pushBlob(
  target: Target,
  image: Image,
  blob: Descriptor,
  onProgress: (progress: PushProgress) => void,
): Promise<number | undefined> {
  const { digest, size } = blob;
  if (await target.hasBlob(blob)) {
    onProgress({ digest, size, sent: 0, state: 'exists' });
    return undefined;
  }
  const found = await requireBlob(image.source, blob, 'the image');
  let sent = 0;
  const opening = { ...found, open: () => ((sent = 0), found.open()) };
  await target.putBlob(blob, opening, (bytes) => {
    sent += bytes;
    onProgress({ digest, size, sent, state: 'uploading' });
  });
  onProgress({ digest, size, sent: size, state: 'uploaded' });
  return size;
}

/** After a failure nothing new is begun, what is under way is cancelled, and nothing is left running behind. */
async function inParallel<T>(
  items: readonly T[],
  cancel: () => void,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await work(next).catch((error: unknown) => {
        failures.push(error);
        queue.length = 0;
        cancel();
      });
    }
  };
  await Promise.all(Array.from({ length: parallelUploads }, lane));
  // The first failure is the reason; the others follow from the cancelling.
  if (failures.length > 0) throw failures[0];
}

function unverified(repository: string, digest: string): ImageError {
  return new ImageError(
    'push-unverified',
    `${repository} accepted ${digest} but does not have it: look at the registry's storage, then push again`,
    { value: digest },
  );
}
