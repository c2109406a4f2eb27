import type { FastifyServerOptions } from 'fastify';
import type { Settings } from './settings.ts';

/**
 * How often Node looks for connections that are over their time, in milliseconds. Its default of 30 seconds makes every
 * shorter timeout take up to 30 seconds.
 */
const CONNECTIONS_CHECK_MS = 500;

/** How long a handler may take, in milliseconds, before its client gets 503. */
const HANDLER_TIMEOUT_MS = 10_000;

/** How the HTTP server guards itself. Fastify's own defaults assume a proxy in front that does. */
export function serverOptions(settings: Settings) {
  return {
    http: { headersTimeout: settings.HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CONNECTIONS_CHECK_MS },
    requestTimeout: settings.REQUEST_TIMEOUT_MS,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    bodyLimit: settings.BODY_LIMIT_BYTES,
    trustProxy: settings.TRUST_PROXY === '' ? false : settings.TRUST_PROXY,
    // A body is what its schema says or is refused: nothing is converted, nothing is dropped in silence.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  } satisfies FastifyServerOptions & { http: object };
}
