/** Everything that can be wrong here, as a closed list. */
export type ServiceErrorCode =
  'invalid-settings' | 'invalid-secret' | 'invalid-message' | 'no-signing-key' | 'not-found';

/** An error of this service: what is wrong, where, and what to do about it. It never carries key material. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
