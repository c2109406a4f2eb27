/**
 * The closed set of error codes. All errors are thrown before any resource is created.
 *
 * - `missing`: a configuration value is missing
 * - `invalid`: a value breaks its rule
 * - `wrong-environment`: the program of one environment runs as the stack of another one
 * - `unsupported`: the cloud does not offer it (a version, a region)
 */
export type InfraErrorCode = 'missing' | 'invalid' | 'wrong-environment' | 'unsupported';

/**
 * The only error class of the infrastructure libraries: code, offending value, place, and a message with the
 * remedy. A library does not know the configuration file; {@link stackProgram} adds the place to its errors.
 */
export class InfraError extends Error {
  readonly code: InfraErrorCode;
  readonly value: unknown;
  /** As in `Pulumi.production.yaml, cluster:cidr`. Undefined if no configuration file contains the value. */
  readonly place: string | undefined;

  constructor(
    code: InfraErrorCode,
    message: string,
    options: { value?: unknown; place?: string; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'InfraError';
    this.code = code;
    this.value = options.value;
    this.place = options.place;
  }
}
