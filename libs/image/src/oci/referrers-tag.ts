import type { Descriptor } from './schemas.ts';
import { hexOf } from './digest.ts';

/** The referrers of a digest: the manifests that name it as their subject. */
export interface Referrers {
  list: Descriptor[];
  /** `api`: the registry maintains the list. `tag`: clients maintain it under the tag `sha256-<hex>`. */
  keptBy: 'api' | 'tag';
  /** ETag of the tag's list, if the registry sent one: the condition for changes (RFC 9110, `If-Match`). */
  etag?: string | undefined;
}

/** The tag of the list that clients maintain (distribution-spec 1.1, "referrers tag schema"). */
export function referrersTag(digest: string): string {
  return `sha256-${hexOf(digest)}`;
}

/** True for the tag of a list of referrers, which is not an image. */
export function isReferrersTag(tag: string): boolean {
  return /^sha256-[a-f0-9]{64}$/.test(tag);
}
