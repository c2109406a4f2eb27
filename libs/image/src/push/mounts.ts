/** Paths of the repositories that have a blob, by account and digest; for this process only. */
const known = new Map<string, Map<string, Set<string>>>();

/**
 * Remembers that a repository has blobs, so that others on the same registry may mount them: those of a complete
 * image (ECR mounts only what a manifest names), and what others wait for.
 */
export function rememberBlobs(account: string, path: string, digests: Iterable<string>): void {
  const blobs = known.get(account) ?? new Map<string, Set<string>>();
  known.set(account, blobs);
  for (const digest of digests) blobs.set(digest, new Set(blobs.get(digest)).add(path));
}

/** True when this process saw the blob in the repository. A hint: a registry may lose what it had. */
export function isRemembered(account: string, path: string, digest: string): boolean {
  return known.get(account)?.get(digest)?.has(path) === true;
}

/** The path of a repository to mount from. A hint: the registry decides. */
export function mountSource(account: string, path: string, digest: string): string | undefined {
  return [...(known.get(account)?.get(digest) ?? [])].findLast((other) => other !== path);
}
