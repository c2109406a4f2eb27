import { ServiceError } from '../error.ts';
import type { Key } from './key.ts';
import { isMessageId, isPayload, type Message, type WebhookHeaders } from './message.ts';
import { signatureOf } from './signature.ts';

/**
 * Signs a message with every key. A receiver with any of the secrets can verify it, so keys can be rotated
 * without failed verifications.
 *
 * @throws {ServiceError} `invalid-message` for an id or a payload that has no unambiguous signature
 */
export function sign(message: Message, keys: readonly Key[]): WebhookHeaders {
  if (!isMessageId(message.id)) {
    throw new ServiceError(
      'invalid-message',
      'id must be 1 to 256 visible ASCII characters without a full stop; leave it out to get a new one',
    );
  }
  if (!isPayload(message.payload)) {
    throw new ServiceError(
      'invalid-message',
      'payload contains half of a surrogate pair and has no UTF-8 form; send well-formed text',
    );
  }
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': keys.map((key) => signatureOf(message, key)).join(' '),
  };
}
