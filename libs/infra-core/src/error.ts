/**
 * What can go wrong, as a closed set. All of it is found before anything is made.
 *
 * - `missing`: a configuration value is not there
 * - `invalid`: a value breaks its rule
 * - `wrong-environment`: the program of one environment runs as the stack of another
 * - `unsupported`: the cloud does not offer it (a version, a region)
 */
export type InfraErrorCode = 'missing' | 'invalid' | 'wrong-environment' | 'unsupported';

/** The one error of the infrastructure libraries: a code, the offending value, and a message with place and remedy. */
export class InfraError extends Error {
  readonly code: InfraErrorCode;
  readonly value: unknown;

  constructor(code: InfraErrorCode, message: string, options: { value?: unknown; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'InfraError';
    this.code = code;
    this.value = options.value;
  }
}
