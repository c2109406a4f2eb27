import { createPublicKey, type KeyObject } from 'node:crypto';
import * as Type from 'typebox';
import { validate } from '../json/validate.ts';
import { keyIdOf } from './dsse.ts';
import { ImageError } from '../error.ts';

const closed = { additionalProperties: false };
const text = { minLength: 1 };

/** The conditions for trusting an image. Every rule is an exact match: no patterns, no prefixes. */
export const PolicySchema = Type.Object(
  {
    /** The trusted keys; each statement must be signed by one of them. PEM (`-----BEGIN PUBLIC KEY-----`). */
    signers: Type.Array(Type.Object({ name: Type.String(text), publicKey: Type.String(text) }, closed), {
      minItems: 1,
    }),
    /** The required values of the provenance. @default provenance is not required */
    provenance: Type.Optional(
      Type.Object(
        {
          /** The builder's id. */
          builder: Type.String(text),
          /** The repository. */
          source: Type.String(text),
          /** The commit. @default any */
          commit: Type.Optional(Type.String(text)),
        },
        closed,
      ),
    ),
    /** Requires a signed SBOM. @default false */
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
 * Checks a policy. A policy that would accept every image is refused.
 * @throws ImageError `document-invalid`, `invalid-input`
 */
export function readPolicy(value: unknown): { policy: Policy; keys: TrustedKey[] } {
  const policy = validate(PolicySchema, value, 'the policy');
  if (!policy.provenance && policy.sbom !== true) {
    throw new ImageError('invalid-input', 'the policy is empty: require provenance, an SBOM, or both');
  }
  return { policy, keys: policy.signers.map(trustedKey) };
}

function trustedKey({ name, publicKey }: Policy['signers'][number]): TrustedKey {
  try {
    // createPublicKey also accepts private keys, which must not be in a policy.
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
