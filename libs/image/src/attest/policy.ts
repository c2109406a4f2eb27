import { createPublicKey, type KeyObject } from 'node:crypto';
import * as Type from 'typebox';
import { validate } from '../json/validate.ts';
import { keyIdOf } from './dsse.ts';
import { ImageError } from '../error.ts';

const closed = { additionalProperties: false };
const text = { minLength: 1 };

/** What an image must show before it is trusted. Every rule is exact: no patterns, no prefixes. */
export const PolicySchema = Type.Object(
  {
    /** Keys of which one must have signed each statement: PEM (`-----BEGIN PUBLIC KEY-----`). */
    signers: Type.Array(Type.Object({ name: Type.String(text), publicKey: Type.String(text) }, closed), {
      minItems: 1,
    }),
    /** What the provenance must say. Without this rule none is asked for. */
    provenance: Type.Optional(
      Type.Object(
        {
          /** The builder's id. */
          builder: Type.String(text),
          /** The repository. */
          source: Type.String(text),
          /** The commit, where one is expected. */
          commit: Type.Optional(Type.String(text)),
        },
        closed,
      ),
    ),
    /** Asks for a signed SBOM. */
    sbom: Type.Optional(Type.Boolean()),
  },
  closed,
);
/** The content of a policy file. */
export type Policy = Type.Static<typeof PolicySchema>;

/** A key that a policy trusts. */
export interface TrustedKey {
  name: string;
  keyId: string;
  key: KeyObject;
}

/**
 * Checks a policy. One that would accept everything is refused.
 * @throws ImageError `document-invalid`, `invalid-input`
 */
export function readPolicy(value: unknown): { policy: Policy; keys: TrustedKey[] } {
  const policy = validate(PolicySchema, value, 'the policy');
  if (!policy.provenance && policy.sbom !== true) {
    throw new ImageError('invalid-input', 'the policy asks for nothing: name provenance, an SBOM, or both');
  }
  return { policy, keys: policy.signers.map(trustedKey) };
}

function trustedKey({ name, publicKey }: Policy['signers'][number]): TrustedKey {
  try {
    // A private key would be accepted too, and has no business in a policy.
    if (!publicKey.includes('BEGIN PUBLIC KEY')) throw new Error('no public key');
    const key = createPublicKey(publicKey);
    return { name, keyId: keyIdOf(key), key };
  } catch (cause) {
    throw new ImageError('invalid-input', `the policy's signer "${name}" has no public key in PEM`, {
      value: name,
      cause,
    });
  }
}
