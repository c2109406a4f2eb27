import * as Type from 'typebox';
import { readJson } from '../json/validate.ts';
import { IndexSchema, isIndexType } from '../oci/schemas.ts';
import type { RemoteRepository } from './remote-repository.ts';
import { type Referrers, referrersTag } from '../oci/referrers-tag.ts';

const TagsSchema = Type.Object({ tags: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])) });

/** Reads all tags of a repository, sorted. @throws ImageError `repository-missing` */
export async function readTags(remote: RemoteRepository): Promise<string[]> {
  const tags = new Set<string>();
  for await (const { bytes } of remote.pages('tags/list?n=1000')) {
    for (const tag of readJson(TagsSchema, bytes, 'the list of tags').tags ?? []) tags.add(tag);
  }
  return [...tags].sort();
}

/** Reads the referrers API. If the registry does not have it, reads the list under the referrers tag. */
export async function readReferrers(remote: RemoteRepository, digest: string): Promise<Referrers> {
  const place = `the referrers of ${digest}`;
  const list: Referrers['list'] = [];
  let offered = false;
  for await (const { bytes, mediaType } of remote.pages(`referrers/${digest}`, [400, 404, 405])) {
    // A 200 with another media type is not the referrers API.
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
