/**
 * What can go wrong, as a closed set. All of it is found before anything is made.
 *
 * - `missing`: a configuration value is not there
 * - `invalid`: a value breaks its rule
 * - `wrong-environment`: the program of one environment runs as the stack of another
 * - `unsupported`: the cloud does not offer it (a version, a region)
 */
export type InfraErrorCode = 'missing' | 'invalid' | 'wrong-environment' | 'unsupported';

/**
 * The one error of the infrastructure libraries: a code, the offending value, where that was written, and a message with
 * all of it and the remedy. A library knows no file; {@link stackProgram} adds the place to what it throws.
 */
export class InfraError extends Error {
  readonly code: InfraErrorCode;
  readonly value: unknown;
  /** As in `Pulumi.production.yaml, cluster:cidr`; none for a value that no configuration holds. */
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
