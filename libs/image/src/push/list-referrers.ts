import { setTimeout as delay } from 'node:timers/promises';
import { document, type Document } from '../oci/document.ts';
import { ImageError } from '../error.ts';
import { canonicalJson } from '../json/canonical.ts';
import { mediaTypes, type Descriptor } from '../oci/schemas.ts';
import { type Referrers, referrersTag } from '../oci/referrers-tag.ts';

/** A repository whose lists of referrers can be changed. */
export interface ReferrersTarget {
  referrers(subject: string): Promise<Referrers>;
  /** Replaces the list that clients keep. @param etag only if it is still in this state */
  putReferrersTag(tag: string, list: Document, etag?: string): Promise<void>;
  /** Equal for the same repository and the same account. */
  identity(): Promise<string>;
}

const tries = 12;
/** How long another writer may take from reading the list to writing it, give or take. Milliseconds. */
const pauseMs = 150;

/** Changes to one list, one after the other within this process. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Makes sure that referrers which were sent are found from their subject. A list under a tag has no lock: it is
 * changed under a condition where the registry has those, read back, and read once more after another writer that
 * began before us must have ended; what is missing then is added again.
 * @throws ImageError `push-unverified`
 */
export async function listReferrers(
  target: ReferrersTarget,
  subject: string,
  sent: readonly Descriptor[],
): Promise<void> {
  if (sent.length === 0) return;
  const key = `${await target.identity()} ${subject}`;
  const own = (turns.get(key) ?? Promise.resolve()).then(
    () => addToList(target, subject, sent),
    () => addToList(target, subject, sent),
  );
  turns.set(key, own);
  await own.finally(() => turns.get(key) === own && turns.delete(key));
}

async function addToList(
  target: ReferrersTarget,
  subject: string,
  sent: readonly Descriptor[],
): Promise<void> {
  let settled = true;
  for (let tried = 0; tried < tries; tried++) {
    const { list, keptBy, etag } = await target.referrers(subject);
    const missing = sent.filter(({ digest }) => list.every((known) => known.digest !== digest));
    if (missing.length === 0 && settled) return;
    settled = missing.length === 0 || keptBy === 'api';
    if (missing.length > 0 && keptBy === 'tag')
      await writeList(target, referrersTag(subject), [...list, ...missing], etag);
    await delay(pauseMs * (0.5 + Math.random()));
  }
  throw new ImageError(
    'push-unverified',
    `the referrers of ${subject} were accepted but are not listed: run again`,
    { value: subject },
  );
}

async function writeList(
  target: ReferrersTarget,
  tag: string,
  list: readonly Descriptor[],
  etag: string | undefined,
): Promise<void> {
  try {
    await target.putReferrersTag(tag, referrersList(list), etag);
  } catch (error) {
    // Refused under the condition: another writer was faster, and the next look shows what it wrote.
    const lost = etag !== undefined && error instanceof ImageError && error.code === 'registry-refused';
    if (!lost) throw error;
  }
}

function referrersList(list: readonly Descriptor[]): Document {
  const manifests = [...list].sort((left, right) => (left.digest < right.digest ? -1 : 1));
  const content = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  return document(mediaTypes.index, Buffer.from(canonicalJson(content)));
}
