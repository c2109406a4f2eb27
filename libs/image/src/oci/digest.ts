import { createHash, hash } from 'node:crypto';
import { ImageError } from '../error.ts';

/** The only supported digests: SHA-256, lower-case hex (OCI image-spec, "Digests"). */
export const digestPattern = '^sha256:[a-f0-9]{64}$';

const digestExpression = new RegExp(digestPattern);

/** The expected digest and size of content. */
export interface Expected {
  digest: string;
  /** Bytes. */
  size: number;
}

/** True for `sha256:` and 64 lower-case hex digits. Other text could be a path outside the blob folder. */
export function isDigest(text: string): boolean {
  return digestExpression.test(text);
}

/** The digest of bytes or text. */
export function digestOf(content: Uint8Array | string): string {
  return `sha256:${hash('sha256', content, 'hex')}`;
}

/** The hex part of a digest. The digest is checked first, because the hex part becomes a file name. */
export function hexOf(digest: string): string {
  if (isDigest(digest)) return digest.slice('sha256:'.length);
  throw new ImageError(
    'document-invalid',
    `"${digest.slice(0, 100)}" is not a digest: expected "sha256:" and 64 lower-case hex digits`,
    { value: digest },
  );
}

/** Passes chunks on and computes their digest and size. Call `result()` after the source has ended. */
export function meter(source: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let size = 0;
  async function* chunks() {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  return { chunks: chunks(), result: (): Expected => ({ digest: `sha256:${hash.digest('hex')}`, size }) };
}

/**
 * Passes chunks on and fails if digest or size are not as expected. The last chunk is held back until the
 * check has passed, so a receiver never gets a complete wrong body.
 */
export async function* verified(source: AsyncIterable<Uint8Array>, expected: Expected, place: string) {
  const hash = createHash('sha256');
  let size = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    hash.update(chunk);
    size += chunk.length;
    if (size > expected.size) throw mismatch(expected, `more than ${expected.size} bytes`, place);
    if (held) yield held;
    held = chunk;
  }
  if (size !== expected.size) throw mismatch(expected, `${size} bytes`, place);
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest !== expected.digest) throw mismatch(expected, digest, place);
  if (held) yield held;
}

/** Checks digest and size of a document. @throws ImageError `digest-mismatch` */
export function assertContent(
  bytes: Uint8Array,
  expected: { digest: string; size?: number },
  place: string,
): void {
  const digest = digestOf(bytes);
  if (expected.size !== undefined && bytes.length !== expected.size) {
    throw mismatch({ digest: expected.digest, size: expected.size }, `${bytes.length} bytes`, place);
  }
  if (digest !== expected.digest) throw mismatch({ ...expected, size: bytes.length }, digest, place);
}

function mismatch(expected: Expected, found: string, place: string): ImageError {
  return new ImageError(
    'digest-mismatch',
    `${place} is not ${expected.digest} (${expected.size} bytes): found ${found}. ` +
      'Delete the damaged copy and run again; if it comes from a registry, do not trust that registry',
    { value: expected.digest },
  );
}
