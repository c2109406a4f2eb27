/**
 * The closed set of error codes. Codes of the first group are permanent: an input, a file or a registry's
 * answer is wrong. Codes of the second group may be temporary (see {@link ImageError.retryable}).
 */
export type ImageErrorCode =
  // Permanent.
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
  // Possibly temporary.
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

/** The properties of an error besides its message. They never contain a credential. */
interface ImageErrorDetails {
  /** The offending value: a path, a digest, a reference, a host. */
  value?: string;
  /** The underlying error. */
  cause?: unknown;
  /** The wait that the registry demanded, in milliseconds (`Retry-After`). */
  retryAfterMs?: number | undefined;
}

/** The only error class of this library. The message names the value, the place and the remedy. */
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

  /** True if the same call may succeed later without any change. */
  get retryable(): boolean {
    return retryable.has(this.code);
  }

  /** True if a rule refused the input, as opposed to an operation that failed. */
  get refused(): boolean {
    return refused.has(this.code);
  }
}
