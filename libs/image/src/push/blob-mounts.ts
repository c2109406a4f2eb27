/** Paths of the repositories that have a blob, by account and digest, as far as this process knows. */
const known = new Map<string, Map<string, Set<string>>>();

/**
 * Remembers that a repository has blobs, so other repositories of the registry can mount them. Called for
 * blobs of a complete image (ECR mounts only blobs of a manifest), and for blobs that other uploads await.
 */
export function rememberBlobs(account: string, path: string, digests: Iterable<string>): void {
  const blobs = known.get(account) ?? new Map<string, Set<string>>();
  known.set(account, blobs);
  for (const digest of digests) blobs.set(digest, new Set(blobs.get(digest)).add(path));
}

/** True if this process has seen the blob in the repository. A hint: registries may delete blobs. */
export function isRemembered(account: string, path: string, digest: string): boolean {
  return known.get(account)?.get(digest)?.has(path) === true;
}

/** The path of a repository to mount from. A hint: the registry decides. */
export function mountSource(account: string, path: string, digest: string): string | undefined {
  return [...(known.get(account)?.get(digest) ?? [])].findLast((other) => other !== path);
}
