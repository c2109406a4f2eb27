/**
 * What can go wrong, as a closed set.
 *
 * - `no-helm`: there is no Helm to ask
 * - `layer`: the package that carries Helm does not hold what it should
 * - `chart`: a chart was refused that should have rendered
 * - `manifest`: what a chart rendered is not YAML, or not objects of Kubernetes
 */
export type CheckErrorCode = 'no-helm' | 'layer' | 'chart' | 'manifest';

/** The one error of this package: a code to branch on, and a message that names the value, the place and the remedy. */
export class CheckError extends Error {
  readonly code: CheckErrorCode;
  /** The offending value. */
  readonly value: unknown;

  constructor(code: CheckErrorCode, message: string, options: { value?: unknown; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'CheckError';
    this.code = code;
    this.value = options.value;
  }
}
