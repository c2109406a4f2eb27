/** The closed set of error codes of this service. */
export type ServiceErrorCode =
  'invalid-settings' | 'invalid-secret' | 'invalid-message' | 'no-signing-key' | 'not-found';

/** An error of this service: problem, place and remedy. It never contains key material. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
