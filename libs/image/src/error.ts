/**
 * Every way in which this library fails. The first group says that a request, a file or a registry's answer is
 * wrong and will stay wrong; the second says that the world is wrong for now (see {@link ImageError.retryable}).
 */
export type ImageErrorCode =
  // What was asked for, or what was found, is wrong.
  | 'invalid-input'
  | 'bundle-refused'
  | 'secret-refused'
  | 'entry-missing'
  | 'output-refused'
  | 'document-invalid'
  | 'archive-invalid'
  | 'digest-mismatch'
  | 'blob-missing'
  | 'image-missing'
  | 'library-missing'
  | 'elf-invalid'
  | 'credentials-failed'
  | 'unauthorized'
  | 'address-refused'
  | 'repository-missing'
  | 'tag-immutable'
  | 'registry-refused'
  | 'quota-exceeded'
  | 'push-unverified'
  | 'image-refused'
  // The world is wrong for now.
  | 'read-failed'
  | 'write-failed'
  | 'network'
  | 'registry-unreachable'
  | 'registry-unavailable'
  | 'rate-limited'
  | 'deadline';

const retryable = new Set<ImageErrorCode>([
  'network',
  'registry-unreachable',
  'registry-unavailable',
  'rate-limited',
  'deadline',
]);
const refused = new Set<ImageErrorCode>([
  'bundle-refused',
  'secret-refused',
  'output-refused',
  'tag-immutable',
  'address-refused',
  'image-refused',
]);

/** What an error carries beside its message. Never a credential. */
interface ImageErrorDetails {
  /** The offending value: a path, a digest, a reference, a host. */
  value?: string;
  /** What was caught underneath. */
  cause?: unknown;
  /** How long the registry asked to wait, in milliseconds (`Retry-After`). */
  retryAfterMs?: number | undefined;
}

/** The one error class of this library. The message names the value, the place and the remedy. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;
  readonly value: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ImageErrorCode, message: string, details: ImageErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.value = details.value;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** True when the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return retryable.has(this.code);
  }

  /** True when a rule said no, as opposed to work that failed. */
  get refused(): boolean {
    return refused.has(this.code);
  }
}
