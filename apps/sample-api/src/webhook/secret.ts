import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { ServiceError } from '../error.ts';

const PREFIX = 'whsec_';

/** How long a secret may be, in bytes: 192 to 512 bits, from the Standard Webhooks specification. */
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/**
 * Reads a secret in its written form, `whsec_<base64>`; one newline at the end is tolerated, as editors leave it there.
 * Base64 must be complete and padded, so that a text cut short is noticed.
 *
 * @throws ServiceError `invalid-secret`; the message tells what is wrong and never quotes the text.
 */
export function parseSecret(text: string): KeyObject {
  const line = text.replace(/\r?\n$/, '');
  if (!line.startsWith(PREFIX)) throw invalid(`it does not start with "${PREFIX}"`);

  const encoded = line.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) throw invalid(`what follows "${PREFIX}" is not complete base64`);
  if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
    throw invalid(`it has ${bytes.length} bytes, and ${MIN_BYTES} to ${MAX_BYTES} are allowed`);
  }
  return createSecretKey(bytes);
}

/** A new random secret of 32 bytes, in its written form. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

function invalid(reason: string): ServiceError {
  return new ServiceError('invalid-secret', `${reason}; write it as ${PREFIX}<base64 of random bytes>`);
}
