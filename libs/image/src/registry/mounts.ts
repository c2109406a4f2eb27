/** Path of a repository that has a blob, by account and digest; for this process only. */
const known = new Map<string, Map<string, string>>();

/**
 * Remembers that a repository has blobs, so that others on the same registry may mount them: those of a complete
 * image (ECR mounts only what a manifest names), and what others wait for.
 */
export function rememberBlobs(account: string, path: string, digests: Iterable<string>): void {
  const blobs = known.get(account) ?? new Map<string, string>();
  for (const digest of digests) blobs.set(digest, path);
  known.set(account, blobs);
}

/** The path of a repository to mount from. A hint: the registry decides. */
export function mountSource(account: string, path: string, digest: string): string | undefined {
  const from = known.get(account)?.get(digest);
  return from === path ? undefined : from;
}
