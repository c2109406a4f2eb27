import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { isDigest } from '../oci/digest.ts';
import { readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { readTree } from '../read/image-tree.ts';
import { IndexSchema, isIndexType } from '../oci/schemas.ts';
import { openOrigin, type Origin } from '../read/image-origin.ts';
import type { PushResult } from './push-image.ts';
import { assertTags, parseRepository } from '../oci/reference.ts';
import { listReferrers } from './list-referrers.ts';
import { sendContents, sendImage, sendTags, type PushProgress, type SendOptions } from './send-image.ts';
import { type Target } from './push-target.ts';
import type { Document } from '../oci/document.ts';
import { openTarget } from './open-push-target.ts';

export interface CopyOptions {
  /** Repository to read: `host[:port]/path`, or `oci:DIR` for a folder. */
  from: string;
  /** Repository to write, in the same format. */
  to: string;
  /** Digest of the index or of one platform's manifest. Tags are not accepted, because they can move. */
  digest: string;
  /** Tags to set at the target after the copy. @default none */
  tags?: string[];
  /** Folder of base blobs, for a sparse `oci:` repository. */
  blobs?: string;
  onProgress?: (progress: PushProgress) => void;
  /** Milliseconds for the whole copy. @default 120 000 */
  deadlineMs?: number;
  /** Uses plain http for hosts that are not loopback. @default false */
  insecure?: boolean;
  /** For both repositories. @default {@link registryCredentials} */
  credentials?: CredentialStore;
}

export interface CopyResult extends PushResult {
  /** The number of referrers (such as signatures and SBOMs) of the image and its platforms at the target. */
  referrers: number;
}

/**
 * Copies an image by digest from one repository to another: index, all platforms, and their referrers. The
 * bytes are checked and not changed. Content that the target has is not sent. The index is sent after its
 * content, then the referrers, then the tags.
 * @throws ImageError `invalid-input`, `image-missing`, `blob-missing`, `digest-mismatch`, `unauthorized`,
 *   `push-unverified`, `registry-unreachable`, `deadline`, …
 */
export async function copyImage(options: CopyOptions): Promise<CopyResult> {
  const { digest, tags = [], blobs, insecure, credentials = registryCredentials(), onProgress } = options;
  const [from, to] = [parseRepository(options.from), parseRepository(options.to)];
  assertImageDigest(digest);
  assertTags(tags);
  const stop = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(options.deadlineMs ?? 120_000), stop.signal]);
  const origin = await openOrigin(from, { blobs, credentials, signal, insecure });
  const target = openTarget(to, { credentials, signal, insecure });
  const sending: SendOptions = { source: origin.blobs, onProgress, signal, cancel: () => stop.abort() };
  try {
    const root = await origin.document(digest);
    const sent = await sendImage(target, root, () => readTree(origin, root), sending);
    const extra = await copyReferrers(origin, target, subjectsOf(root), sending);
    await sendTags(target, tags, root, sent.existed);
    return {
      repository: options.to,
      digest,
      uploadedBytes: sent.uploadedBytes + extra.uploadedBytes,
      uploadedBlobs: sent.uploadedBlobs + extra.uploadedBlobs,
      existed: sent.existed,
      referrers: extra.referrers,
      requests: origin.requests() + target.requests(),
    };
  } finally {
    target.close();
    origin.close();
  }
}

/** The digests that signatures may refer to: the index and the manifest of each platform. */
function subjectsOf({ descriptor, bytes }: Document): string[] {
  if (!isIndexType(descriptor.mediaType)) return [descriptor.digest];
  const { manifests } = readJson(IndexSchema, bytes, `index ${descriptor.digest}`);
  return [descriptor.digest, ...manifests.map(({ digest }) => digest)];
}

/** Copies the referrers of the image, and their referrers: an SBOM may have a signature. */
async function copyReferrers(
  origin: Origin,
  target: Target,
  subjects: readonly string[],
  sending: SendOptions,
): Promise<{ uploadedBytes: number; uploadedBlobs: number; referrers: number }> {
  const total = { uploadedBytes: 0, uploadedBlobs: 0, referrers: 0 };
  const seen = new Set(subjects);
  // The loop adds the found referrers to the set, so it visits them, too.
  for (const subject of seen) {
    const wanted = await origin.referrers(subject);
    if (wanted.length === 0) continue;
    const { list } = await target.referrers(subject);
    const missing = wanted.filter(({ digest }) => list.every((known) => known.digest !== digest));
    for (const { digest, mediaType } of missing) {
      const document = await origin.document(digest, mediaType);
      const tree = await readTree(origin, document);
      const sent = await sendContents(target, { ...tree, children: [...tree.children, document] }, sending);
      total.uploadedBytes += sent.uploadedBytes;
      total.uploadedBlobs += sent.uploadedBlobs;
    }
    await listReferrers(target, subject, missing);
    total.referrers += wanted.length;
    for (const { digest } of wanted) seen.add(digest);
  }
  return total;
}

function assertImageDigest(digest: string): void {
  if (isDigest(digest)) return;
  throw new ImageError(
    'invalid-input',
    `"${digest}" is not a digest: expected "sha256:" and 64 lower-case hex digits ("image ls" shows digests)`,
    { value: digest },
  );
}
