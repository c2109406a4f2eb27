import { timingSafeEqual } from 'node:crypto';
import type { Key } from './key.ts';
import { isMessageId, isPayload, type Message, type WebhookHeaders } from './message.ts';
import { signatureOf } from './signature.ts';

/** Why a message is refused, with the sentence that explains it to a person. */
export const REFUSALS = {
  'missing-header':
    'One of webhook-id, webhook-timestamp and webhook-signature is missing; names are lower case.',
  'malformed-id': 'webhook-id must be 1 to 256 visible ASCII characters without a full stop.',
  'malformed-timestamp': 'webhook-timestamp must be whole seconds since 1970, in plain digits.',
  'malformed-signature': 'webhook-signature must hold a "v1,<base64>" entry, in at most 4096 characters.',
  'malformed-payload': 'The payload holds half of a surrogate pair and has no UTF-8 form.',
  'too-old': 'webhook-timestamp lies further in the past than is tolerated.',
  'too-new': 'webhook-timestamp lies further in the future than is tolerated.',
  'no-match': 'No active key gives one of the signatures.',
} as const;

export type Refusal = keyof typeof REFUSALS;

/** What came in: the headers that are there, and the exact body. */
export interface Received {
  readonly headers: Partial<WebhookHeaders>;
  readonly payload: string;
}

/** What "now" is, and how far a timestamp may lie from it in either direction. Both in seconds. */
export interface Window {
  readonly now: number;
  readonly tolerance: number;
}

/** `key` is the id of the key that signed. */
export type Verdict = { valid: true; key: string } | { valid: false; reason: Refusal; message: string };

/**
 * Verifies a received message. Whatever is wrong with it is an answer, never an exception.
 * The limits of the window belong to it.
 */
export function verify(received: Received, keys: readonly Key[], window: Window): Verdict {
  const claim = readClaim(received);
  if (typeof claim === 'string') return refuse(claim);

  const age = window.now - claim.message.timestamp;
  if (age > window.tolerance) return refuse('too-old');
  if (age < -window.tolerance) return refuse('too-new');

  const key = keys.find((candidate) => isSignedBy(candidate, claim));
  return key ? { valid: true, key: key.id } : refuse('no-match');
}

/** What the sender claims: this message, signed so. */
interface Claim {
  readonly message: Message;
  readonly signatures: readonly string[];
}

// Canonical digits only: a number written in two ways would let two headers share a signature.
const TIMESTAMP = /^(0|[1-9][0-9]{0,11})$/;
const SIGNATURE = /^v1,[A-Za-z0-9+/]{43}=$/;
const MAX_SIGNATURE_HEADER = 4096;

function readClaim({ headers, payload }: Received): Claim | Refusal {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signature = headers['webhook-signature'];
  if (id === undefined || timestamp === undefined || signature === undefined) return 'missing-header';
  if (!isMessageId(id)) return 'malformed-id';
  if (!TIMESTAMP.test(timestamp)) return 'malformed-timestamp';
  if (!isPayload(payload)) return 'malformed-payload';

  const signatures = readSignatures(signature);
  if (signatures.length === 0) return 'malformed-signature';
  return { message: { id, timestamp: Number(timestamp), payload }, signatures };
}

/** The entries this service understands. Others, such as asymmetric `v1a`, are for somebody else and are passed over. */
function readSignatures(header: string): string[] {
  if (header.length > MAX_SIGNATURE_HEADER) return [];
  return header.split(' ').filter((entry) => SIGNATURE.test(entry));
}

function isSignedBy(key: Key, { message, signatures }: Claim): boolean {
  const expected = Buffer.from(signatureOf(message, key));
  // Every entry has the length of `expected`: SIGNATURE saw to it, and timingSafeEqual demands it.
  return signatures.some((entry) => timingSafeEqual(Buffer.from(entry), expected));
}

function refuse(reason: Refusal): Verdict {
  return { valid: false, reason, message: REFUSALS[reason] };
}
