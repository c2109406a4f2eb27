import type { FastifyServerOptions } from 'fastify';
import type { Settings } from './settings.ts';

/**
 * Interval at which Node checks connections for timeouts, in milliseconds. With its default of 30 seconds,
 * every shorter timeout can take 30 seconds.
 */
const CONNECTIONS_CHECK_MS = 500;

/** Time limit of a handler, in milliseconds. After it, the client gets 503. */
const HANDLER_TIMEOUT_MS = 10_000;

/** Limits and timeouts of the HTTP server. Fastify's defaults assume that a proxy enforces them. */
export function serverOptions(settings: Settings) {
  return {
    http: { headersTimeout: settings.HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CONNECTIONS_CHECK_MS },
    requestTimeout: settings.REQUEST_TIMEOUT_MS,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    bodyLimit: settings.BODY_LIMIT_BYTES,
    trustProxy: settings.TRUST_PROXY === '' ? false : settings.TRUST_PROXY,
    // A body that does not match its schema is refused: values are not converted, properties are not removed.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  } satisfies FastifyServerOptions & { http: object };
}
