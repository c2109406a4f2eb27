import type { Descriptor } from './schemas.ts';
import { hexOf } from './digest.ts';

/** What a repository says about the manifests that name a digest as their subject. */
export interface Referrers {
  list: Descriptor[];
  /** `api`: the registry keeps the list itself. `tag`: clients keep it under `sha256-<hex>`. */
  keptBy: 'api' | 'tag';
  /** The state of the tag's list, where the registry names one: a condition for changing it (RFC 9110, `If-Match`). */
  etag?: string | undefined;
}

/** The tag under which clients keep the list where the registry does not (distribution-spec 1.1, "referrers tag schema"). */
export function referrersTag(digest: string): string {
  return `sha256-${hexOf(digest)}`;
}

/** True for a tag that names a list of referrers and no image. */
export function isReferrersTag(tag: string): boolean {
  return /^sha256-[a-f0-9]{64}$/.test(tag);
}
