import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { readLayoutIndex } from '../layout/layout-files.ts';
import { refName } from '../oci/schemas.ts';
import { parseRepository, type Repository } from '../oci/reference.ts';
import { readTags } from '../registry/read-lists.ts';
import { RemoteRepository } from '../registry/remote-repository.ts';
import { isReferrersTag } from '../oci/referrers-tag.ts';

export interface ListOptions {
  /** `host[:port]/path`, or `oci:DIR` for a folder. */
  repository: string;
  /** Time limit for all requests together, in milliseconds. @default 60 000 */
  deadlineMs?: number;
  /** Uses plain http for a host that is not loopback. @default false */
  insecure?: boolean;
  /** @default {@link registryCredentials} */
  credentials?: CredentialStore;
}

export interface ListedImage {
  /** Absent for an image without a tag; only folders list those. */
  tag?: string;
  digest: string;
}

/**
 * Lists the images of a repository by tag. Tags of lists of referrers are left out.
 * @throws `invalid-input`, `repository-missing`, `document-invalid`, `address-refused`, `unauthorized`, …
 */
export async function listImages(options: ListOptions): Promise<ListedImage[]> {
  const repository = parseRepository(options.repository);
  const images =
    repository.kind === 'folder'
      ? await listFolder(repository.folder)
      : await listRegistry(repository, options);
  return images.filter(({ tag }) => !isReferrersTag(tag ?? '')).sort(byTag);
}

async function listFolder(folder: string): Promise<ListedImage[]> {
  const { manifests } = readLayoutIndex(folder);
  return manifests.map(({ digest, annotations }) => {
    const tag = annotations?.[refName];
    return { ...(tag === undefined ? {} : { tag }), digest };
  });
}

async function listRegistry(
  repository: Extract<Repository, { kind: 'registry' }>,
  { credentials = registryCredentials(), deadlineMs = 60_000, insecure }: ListOptions,
): Promise<ListedImage[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(deadlineMs), stop.signal]);
  const remote = new RemoteRepository({ repository, access: 'pull', credentials, signal, insecure });
  try {
    const tags = await readTags(remote);
    // The connection pool limits this to eight requests at a time.
    const digests = await Promise.all(tags.map((tag) => remote.manifestDigest(tag)));
    // A tag without a digest was deleted after the list was read.
    return tags.flatMap((tag, index) =>
      digests[index] === undefined ? [] : [{ tag, digest: digests[index] }],
    );
  } finally {
    stop.abort();
    remote.close();
  }
}

/** Images without a tag come last. */
function byTag(left: ListedImage, right: ListedImage): number {
  const key = ({ tag, digest }: ListedImage) => (tag === undefined ? `1${digest}` : `0${tag}`);
  return key(left) < key(right) ? -1 : 1;
}
