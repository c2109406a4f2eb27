import { setTimeout as delay } from 'node:timers/promises';
import { document, type Document } from '../oci/document.ts';
import { ImageError } from '../error.ts';
import { canonicalJson } from '../json/canonical.ts';
import { mediaTypes, type Descriptor } from '../oci/schemas.ts';
import { type Referrers, referrersTag } from '../oci/referrers-tag.ts';

/** A repository with lists of referrers. */
export interface ReferrersTarget {
  referrers(subject: string): Promise<Referrers>;
  /** Replaces the list that clients maintain. @param etag only if the list still has this ETag */
  putReferrersTag(tag: string, list: Document, etag?: string): Promise<void>;
  /** Equal for the same repository and the same account. */
  identity(): Promise<string>;
}

const tries = 12;
/** The approximate time of another writer between reading and writing the list, in milliseconds. */
const pauseMs = 150;

/** The last change to each list. Within this process, changes to one list run one after the other. */
const lastChanges = new Map<string, Promise<unknown>>();

/**
 * Adds referrers that were sent to the list of their subject. A list under a tag has no lock. It is changed
 * with a condition if the registry supports that, and then read twice: directly, and after concurrent writers
 * must have ended. Referrers that are missing then are added again.
 * @throws ImageError `push-unverified`
 */
export async function listReferrers(
  target: ReferrersTarget,
  subject: string,
  sent: readonly Descriptor[],
): Promise<void> {
  if (sent.length === 0) return;
  const key = `${await target.identity()} ${subject}`;
  const own = (lastChanges.get(key) ?? Promise.resolve()).then(
    () => addToList(target, subject, sent),
    () => addToList(target, subject, sent),
  );
  lastChanges.set(key, own);
  await own.finally(() => lastChanges.get(key) === own && lastChanges.delete(key));
}

async function addToList(
  target: ReferrersTarget,
  subject: string,
  sent: readonly Descriptor[],
): Promise<void> {
  let stable = true;
  for (let tried = 0; tried < tries; tried++) {
    const { list, keptBy, etag } = await target.referrers(subject);
    const missing = sent.filter(({ digest }) => list.every((known) => known.digest !== digest));
    if (missing.length === 0 && stable) return;
    stable = missing.length === 0 || keptBy === 'api';
    if (missing.length > 0 && keptBy === 'tag')
      await writeList(target, referrersTag(subject), [...list, ...missing], etag);
    await delay(pauseMs * (0.5 + Math.random()));
  }
  throw new ImageError(
    'push-unverified',
    `the registry accepted the referrers of ${subject} but does not list them: run again`,
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
    // The condition failed because another writer was faster. The next read returns its list.
    const lost = etag !== undefined && error instanceof ImageError && error.code === 'registry-refused';
    if (!lost) throw error;
  }
}

function referrersList(list: readonly Descriptor[]): Document {
  const manifests = [...list].sort((left, right) => (left.digest < right.digest ? -1 : 1));
  const content = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  return document(mediaTypes.index, Buffer.from(canonicalJson(content)));
}
