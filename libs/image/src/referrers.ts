import { setTimeout as delay } from 'node:timers/promises';
import { digestOf, hexOf } from './digest.ts';
import { ImageError } from './error.ts';
import type { Document } from './image.ts';
import { canonicalJson } from './json.ts';
import { mediaTypes, type Descriptor } from './oci.ts';

/** What a repository says about the manifests that name a digest as their subject. */
export interface Referrers {
  list: Descriptor[];
  /** `api`: the registry keeps the list itself. `tag`: clients keep it under `sha256-<hex>`. */
  keptBy: 'api' | 'tag';
}

/** A repository whose lists of referrers can be changed. */
export interface ReferrersTarget {
  referrers(subject: string): Promise<Referrers>;
  /** Replaces the list that clients keep. */
  putReferrersTag(tag: string, list: Document): Promise<void>;
}

/** The tag under which clients keep the list where the registry does not (distribution-spec 1.1, "referrers tag schema"). */
export function referrersTag(digest: string): string {
  return `sha256-${hexOf(digest)}`;
}

/** True for a tag that names a list of referrers and no image. */
export function isReferrersTag(tag: string): boolean {
  return /^sha256-[a-f0-9]{64}$/.test(tag);
}

const tries = 4;
const pauseMs = 150;

/**
 * Makes sure that referrers which were sent are found from their subject. The list under a tag has no lock, so it is
 * read back and changed again when another writer was faster.
 * @throws ImageError `push-unverified`
 */
export async function listReferrers(
  target: ReferrersTarget,
  subject: string,
  sent: readonly Descriptor[],
): Promise<void> {
  for (let tried = 0; tried < tries; tried++) {
    const { list, keptBy } = await target.referrers(subject);
    const missing = sent.filter(({ digest }) => list.every((known) => known.digest !== digest));
    if (missing.length === 0) return;
    if (keptBy === 'api') await delay(pauseMs);
    else await target.putReferrersTag(referrersTag(subject), referrersList([...list, ...missing]));
  }
  throw new ImageError(
    'push-unverified',
    `the referrers of ${subject} were accepted but are not listed: copy again`,
    { value: subject },
  );
}

function referrersList(list: readonly Descriptor[]): Document {
  const manifests = [...list].sort((left, right) => (left.digest < right.digest ? -1 : 1));
  const content = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  const bytes = Buffer.from(canonicalJson(content));
  return { descriptor: { mediaType: mediaTypes.index, digest: digestOf(bytes), size: bytes.length }, bytes };
}
