import { randomUUID } from 'node:crypto';

/**
 * The pattern of a message id: 1 to 256 visible ASCII characters without a full stop.
 *
 * The full stop separates the parts of the signed text (`id.timestamp.payload`). If an id could contain it,
 * one signature would match two different messages; the Standard Webhooks specification warns of this.
 */
export const MESSAGE_ID = '^[!-\\-/-~]{1,256}$';

const messageId = new RegExp(MESSAGE_ID);

/** The three headers of a message, by their names in the Standard Webhooks specification. */
export interface WebhookHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/** One attempt to send a message. A retry has the same id and a new timestamp. */
export interface Message {
  readonly id: string;
  /** The time of this attempt, in whole seconds since 1970. */
  readonly timestamp: number;
  /** The exact body, as text. */
  readonly payload: string;
}

/** Returns a new random message id. */
export function newMessageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`;
}

export function isMessageId(text: string): boolean {
  return messageId.test(text);
}

/**
 * Whether a text has exactly one UTF-8 form. A lone surrogate has none: it would be sent as U+FFFD, and two
 * different payloads would have the same signature.
 */
export function isPayload(text: string): boolean {
  return text.isWellFormed();
}
