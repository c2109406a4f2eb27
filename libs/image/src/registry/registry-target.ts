import { ImageError } from '../error.ts';
import type { Target } from '../target.ts';
import { readReferrers } from './lists.ts';
import { RemoteRepository, type RepositoryOptions } from './repository.ts';

/** Pushes into a repository of a registry. */
export function registryTarget(options: Omit<RepositoryOptions, 'access'>): Target {
  const remote = new RemoteRepository({ ...options, access: 'pull,push' });
  const name = options.repository.name;
  return {
    name,
    hasImage: async (root) => (await remote.manifestDigest(root.descriptor.digest)) !== undefined,
    hasBlob: (blob) => remote.hasBlob(blob.digest),
    putBlob: (blob, found, onBytes) =>
      remote.putBlob(blob, { open: async () => counted(await found.open(), onBytes) }),
    putManifest: (document) => remote.putManifest(document.descriptor.digest, document),
    putRoot: (root) => remote.putManifest(root.descriptor.digest, root),
    tagged: (tag) => remote.manifestDigest(tag),
    async putTag(tag, root) {
      try {
        await remote.putManifest(tag, root);
      } catch (error) {
        // The answer to a successful try may have been lost, and an immutable tag refuses even the same digest.
        const now = await remote.manifestDigest(tag);
        if (now === root.descriptor.digest) return;
        if (now === undefined || !isRefusal(error)) throw error;
        throw tagImmutable(name, tag, now, root.descriptor.digest, error);
      }
    },
    referrers: (subject) => readReferrers(remote, subject),
    putReferrersTag: (tag, list) => remote.putManifest(tag, list),
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
    `${name}: the tag "${tag}" is ${now} and the registry does not let it become ${wanted}: use another tag`,
    { value: tag, cause },
  );
}

async function* counted(source: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void) {
  for await (const chunk of source) {
    yield chunk;
    onBytes(chunk.length);
  }
}
