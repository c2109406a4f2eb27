/** Path of a repository that has a blob, by account and digest; for this process only. */
const known = new Map<string, Map<string, string>>();

/**
 * Remembers that an image is complete in a repository, so that others on the same registry may mount its blobs.
 * Told after the manifest is there: ECR mounts only what a manifest names.
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
