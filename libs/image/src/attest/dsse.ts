import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import * as Type from 'typebox';
import { digestOf } from '../oci/digest.ts';
import { ImageError } from '../error.ts';

/** The payload type of all our envelopes (in-toto attestation framework). */
export const statementType = 'application/vnd.in-toto+json';

/** A signed payload (secure-systems-lab/dsse). Bytes are base64. */
export const EnvelopeSchema = Type.Object({
  payload: Type.String(),
  payloadType: Type.String(),
  signatures: Type.Array(Type.Object({ sig: Type.String(), keyid: Type.Optional(Type.String()) }), {
    minItems: 1,
    maxItems: 16,
  }),
});
export type Envelope = Type.Static<typeof EnvelopeSchema>;

/** Signs payloads, for example with a key file, a cloud key service or a keyless signer. */
export interface Signer {
  /** Identifies the key to the verifier; not secret. */
  keyId: string;
  /** Signs the given bytes (DSSE's pre-authentication encoding). */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/**
 * Signs with a private key: ECDSA on P-256 (with SHA-256, as cosign's keys are) or Ed25519.
 * @throws ImageError `invalid-input` for another kind of key
 */
export function keySigner(key: KeyObject): Signer {
  const hash = hashOf(key);
  return { keyId: keyIdOf(createPublicKey(key)), sign: async (bytes) => sign(hash, bytes, key) };
}

/** The id of a public key: its digest. */
export function keyIdOf(key: KeyObject): string {
  return digestOf(key.export({ type: 'spki', format: 'der' }));
}

/** Puts a payload into a signed envelope. */
export async function signEnvelope(payload: Buffer, signer: Signer): Promise<Envelope> {
  const sig = await signer.sign(encoding(statementType, payload));
  return {
    payload: payload.toString('base64'),
    payloadType: statementType,
    // Without `keyid`: verifiers that name keys in another way would not try theirs.
    signatures: [{ sig: Buffer.from(sig).toString('base64') }],
  };
}

/** True if one of the signatures was made with this key. The key ids in the envelope are ignored. */
export function isSignedBy({ payload, payloadType, signatures }: Envelope, key: KeyObject): boolean {
  const bytes = encoding(payloadType, Buffer.from(payload, 'base64'));
  const hash = hashOf(key);
  return signatures.some(({ sig }) => verify(hash, bytes, key, Buffer.from(sig, 'base64')));
}

/** DSSE's PAE: type and payload, each with its length, so the boundary between them is unambiguous. */
function encoding(type: string, payload: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
    payload,
  ]);
}

/** Returns undefined if the algorithm includes its hash (Ed25519). */
function hashOf(key: KeyObject): 'sha256' | undefined {
  if (key.asymmetricKeyType === 'ed25519') return undefined;
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1')
    return 'sha256';
  const kind = key.asymmetricKeyType ?? key.type;
  throw new ImageError('invalid-input', `a ${kind} key cannot sign here: use ECDSA on P-256, or Ed25519`, {
    value: kind,
  });
}
