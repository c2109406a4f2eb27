import { timingSafeEqual } from 'node:crypto';
import type { Key } from './key.ts';
import { isMessageId, isPayload, type Message, type WebhookHeaders } from './message.ts';
import { signatureOf } from './signature.ts';

/** The reasons to refuse a message, with their messages for people. */
export const REFUSALS = {
  'missing-header':
    'One of webhook-id, webhook-timestamp and webhook-signature is missing; names are lower case.',
  'malformed-id': 'webhook-id must be 1 to 256 visible ASCII characters without a full stop.',
  'malformed-timestamp': 'webhook-timestamp must be whole seconds since 1970, in plain digits.',
  'malformed-signature':
    'webhook-signature must contain a "v1,<base64>" entry and have at most 4096 characters.',
  'malformed-payload': 'The payload contains half of a surrogate pair and has no UTF-8 form.',
  'too-old': 'webhook-timestamp is further in the past than the tolerance allows.',
  'too-new': 'webhook-timestamp is further in the future than the tolerance allows.',
  'no-match': 'None of the signatures was made with an active key.',
} as const;

export type Refusal = keyof typeof REFUSALS;

/** A received message: its headers, if present, and its exact body. */
export interface Received {
  readonly headers: Partial<WebhookHeaders>;
  readonly payload: string;
}

/** The current time, and the allowed difference of a timestamp in either direction. Both in seconds. */
interface Window {
  readonly now: number;
  readonly tolerance: number;
}

/** The result of a verification. `key` is the id of the key that signed the message. */
export type Verdict = { valid: true; key: string } | { valid: false; reason: Refusal; message: string };

/**
 * Verifies a received message. An invalid message is a result, not an exception. A timestamp exactly at a
 * limit of the window is valid.
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

/** A message and its claimed signatures. */
interface Claim {
  readonly message: Message;
  readonly signatures: readonly string[];
}

// Canonical digits only: otherwise two different headers could have the same signature.
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

/** The supported entries. Other kinds, such as the asymmetric `v1a`, are ignored. */
function readSignatures(header: string): string[] {
  if (header.length > MAX_SIGNATURE_HEADER) return [];
  return header.split(' ').filter((entry) => SIGNATURE.test(entry));
}

function isSignedBy(key: Key, { message, signatures }: Claim): boolean {
  const expected = Buffer.from(signatureOf(message, key));
  // timingSafeEqual requires equal lengths, which SIGNATURE ensures.
  return signatures.some((entry) => timingSafeEqual(Buffer.from(entry), expected));
}

function refuse(reason: Refusal): Verdict {
  return { valid: false, reason, message: REFUSALS[reason] };
}
