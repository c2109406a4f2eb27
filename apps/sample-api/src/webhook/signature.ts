import { createHmac } from 'node:crypto';
import type { Key } from './key.ts';
import type { Message } from './message.ts';

/**
 * One entry of the `webhook-signature` header, `v1,<base64>`: HMAC-SHA256 over `id.timestamp.payload`.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export function signatureOf({ id, timestamp, payload }: Message, { secret }: Key): string {
  const digest = createHmac('sha256', secret).update(`${id}.${timestamp}.${payload}`).digest('base64');
  return `v1,${digest}`;
}
