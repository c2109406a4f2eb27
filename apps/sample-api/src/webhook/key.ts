import type { KeyObject } from 'node:crypto';

/**
 * A signing key. The secret is an opaque `KeyObject` on purpose: printed, logged or turned into JSON it shows nothing.
 */
export interface Key {
  /** The name of the key's file. */
  readonly id: string;
  readonly secret: KeyObject;
}
