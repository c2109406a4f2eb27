import { randomUUID } from 'node:crypto';

/**
 * What a message id looks like: 1 to 256 visible ASCII characters without a full stop.
 *
 * The full stop separates the parts of what is signed (`id.timestamp.payload`). Were it allowed in an id, one signature would
 * fit two different messages; the Standard Webhooks specification warns of this.
 */
export const MESSAGE_ID = '^[!-\\-/-~]{1,256}$';

const messageId = new RegExp(MESSAGE_ID);

/** The three headers of a message, as the Standard Webhooks specification names them. */
export interface WebhookHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/** A message at one moment: a retry keeps the id and takes a new timestamp. */
export interface Message {
  readonly id: string;
  /** When this attempt is made, in whole seconds since 1970. */
  readonly timestamp: number;
  /** The exact body that is sent, as text. */
  readonly payload: string;
}

/** A new random message id. */
export function newMessageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`;
}

export function isMessageId(text: string): boolean {
  return messageId.test(text);
}

/**
 * Whether a text has exactly one UTF-8 form. A lone surrogate has none: it would be sent as U+FFFD, so two different
 * payloads would share a signature.
 */
export function isPayload(text: string): boolean {
  return text.isWellFormed();
}
