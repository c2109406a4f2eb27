import { ImageError } from '../error.ts';
import type { Target } from './push-target.ts';
import { accountKey, cacheCredentials } from '../registry/account-key.ts';
import { readReferrers } from '../registry/read-lists.ts';
import { isRemembered, mountSource, rememberBlobs } from './blob-mounts.ts';
import { uploadOnce } from './upload-once.ts';
import { RemoteRepository, type RepositoryOptions } from '../registry/remote-repository.ts';

/** Pushes to a repository of a registry. */
export function registryTarget(options: Omit<RepositoryOptions, 'access'>): Target {
  const { host, path, name } = options.repository;
  const credentials = cacheCredentials(options.credentials);
  const remote = new RemoteRepository({ ...options, credentials, access: 'pull,push' });
  let found: Promise<string> | undefined;
  const account = () => (found ??= accountKey(remote.origin, host, credentials));
  const putTag: Target['putTag'] = async (tag, root) => {
    try {
      await remote.putManifest(tag, root);
    } catch (error) {
      // The response to a successful attempt may be lost, and an immutable tag refuses even the same digest.
      const now = await remote.manifestDigest(tag);
      if (now === root.descriptor.digest) return;
      if (now === undefined || !isRefusal(error)) throw error;
      throw tagImmutable(name, tag, now, root.descriptor.digest, error);
    }
  };
  return {
    name,
    hasImage: async (root) => (await remote.manifestDigest(root.descriptor.digest)) !== undefined,
    hasBlob: async ({ digest }, isNew) =>
      isNew && !isRemembered(await account(), path, digest) ? false : remote.hasBlob(digest),
    async putBlob(blob, found, onBytes) {
      const here = found.repository?.host === host ? found.repository.path : undefined;
      const from =
        here !== undefined && here !== path ? here : mountSource(await account(), path, blob.digest);
      const put = (source?: string) =>
        remote.putBlob(blob, { open: async () => counted(await found.open(), onBytes) }, source);
      if (from !== undefined) return put(from);
      // If several repositories need one blob at the same time, one upload sends it and the others mount it.
      const key = `${await account()} ${blob.digest}`;
      const first = await uploadOnce(key, options.signal, () => put());
      if (first === undefined) return put(mountSource(await account(), path, blob.digest));
      rememberBlobs(await account(), path, [blob.digest]);
      return first;
    },
    identity: async () => `${await account()} ${path}`,
    async complete(blobs) {
      rememberBlobs(
        await account(),
        path,
        blobs.map(({ digest }) => digest),
      );
    },
    putManifest: (document) => remote.putManifest(document.descriptor.digest, document),
    putRoot: (root, tag) =>
      tag === undefined ? remote.putManifest(root.descriptor.digest, root) : putTag(tag, root),
    tagged: (tag) => remote.manifestDigest(tag),
    putTag,
    referrers: (subject) => readReferrers(remote, subject),
    putReferrersTag: (tag, list, etag) => remote.putManifest(tag, list, etag),
    requests: () => remote.requests(),
    close: () => remote.close(),
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof ImageError && ['registry-refused', 'unauthorized'].includes(error.code);
}

function tagImmutable(name: string, tag: string, now: string, wanted: string, cause: unknown): ImageError {
  return new ImageError(
    'tag-immutable',
    `${name}: the tag "${tag}" is ${now} and the registry does not allow moving it to ${wanted}: use another tag`,
    { value: tag, cause },
  );
}

async function* counted(source: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void) {
  for await (const chunk of source) {
    yield chunk;
    onBytes(chunk.length);
  }
}
