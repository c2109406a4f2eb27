import type { KeyObject } from 'node:crypto';

/** A signing key. The secret is an opaque `KeyObject`, because printing, logging or JSON do not reveal it. */
export interface Key {
  /** The name of the key's file. */
  readonly id: string;
  readonly secret: KeyObject;
}
