import * as Type from 'typebox';
import { readJson } from '../json/validate.ts';
import { IndexSchema, isIndexType } from '../oci/schemas.ts';
import type { RemoteRepository } from './remote-repository.ts';
import { type Referrers, referrersTag } from '../oci/referrers-tag.ts';

const TagsSchema = Type.Object({ tags: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])) });

/** All tags of a repository, page by page, in byte order. @throws ImageError `repository-missing` */
export async function readTags(remote: RemoteRepository): Promise<string[]> {
  const tags = new Set<string>();
  for await (const { bytes } of remote.pages('tags/list?n=1000')) {
    for (const tag of readJson(TagsSchema, bytes, 'the list of tags').tags ?? []) tags.add(tag);
  }
  return [...tags].sort();
}

/** Asks the referrers API, and where it is not offered, the tag that stands in for it. */
export async function readReferrers(remote: RemoteRepository, digest: string): Promise<Referrers> {
  const place = `the referrers of ${digest}`;
  const list: Referrers['list'] = [];
  let offered = false;
  for await (const { bytes, mediaType } of remote.pages(`referrers/${digest}`, [400, 404, 405])) {
    // Whatever answers 200 with something else is no referrers API.
    if (!isIndexType(mediaType)) break;
    offered = true;
    list.push(...readJson(IndexSchema, bytes, place).manifests);
  }
  if (offered) return { list, keptBy: 'api' };
  const tag = referrersTag(digest);
  if ((await remote.manifestDigest(tag)) === undefined) return { list, keptBy: 'tag' };
  const { bytes, etag } = await remote.fetchManifest(tag);
  return { list: readJson(IndexSchema, bytes, place).manifests, keptBy: 'tag', etag };
}
