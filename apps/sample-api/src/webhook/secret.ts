import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { ServiceError } from '../error.ts';

const PREFIX = 'whsec_';

/** Length limits of a secret in bytes: 192 to 512 bits, from the Standard Webhooks specification. */
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/**
 * Parses a secret of the form `whsec_<base64>`. One newline at the end is allowed, because editors add it.
 * The base64 must be complete and padded, because otherwise a truncated text would be accepted.
 *
 * @throws {ServiceError} `invalid-secret`; the message contains the reason, but never the text
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

/** Returns a new random secret of 32 bytes, in the form `whsec_<base64>`. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

function invalid(reason: string): ServiceError {
  return new ServiceError('invalid-secret', `${reason}; write it as ${PREFIX}<base64 of random bytes>`);
}
