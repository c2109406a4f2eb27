import { STATUS_CODES } from 'node:http';
import type { FastifyError } from 'fastify';
import fp from 'fastify-plugin';
import type { Static } from 'typebox';
import { ServiceError, type ServiceErrorCode } from '../error.ts';
import { HttpError } from '../schemas/http-error.ts';

/** The HTTP status of each error code. Errors that only occur at start have 500. */
const STATUS_OF = {
  'invalid-message': 400,
  'invalid-secret': 500,
  'invalid-settings': 500,
  'no-signing-key': 503,
  'not-found': 404,
} satisfies Record<ServiceErrorCode, number>;

/**
 * Converts errors into responses. Below 500, the response explains the client's error. From 500 on, it
 * contains only the status, and the log contains the error.
 */
export default fp(
  async (app) => {
    app.addSchema(HttpError);
    app.setErrorHandler((error: unknown, request, reply) => {
      const status = statusOf(error);
      if (status >= 500) request.log.error({ err: error }, 'request failed');
      else request.log.info({ code: codeOf(error), status }, 'request refused');
      return reply.code(status).send(bodyOf(error, status));
    });
  },
  { name: 'error-handler' },
);

function statusOf(error: unknown): number {
  if (error instanceof ServiceError) return STATUS_OF[error.code];
  const status = (error as Partial<FastifyError> | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500;
}

function bodyOf(error: unknown, statusCode: number): Static<typeof HttpError> {
  const title = STATUS_CODES[statusCode] ?? 'Error';
  if (statusCode >= 500 || !(error instanceof Error)) return { statusCode, error: title, message: title };

  const code = codeOf(error);
  return { statusCode, error: title, message: error.message, ...(code !== undefined && { code }) };
}

function codeOf(error: unknown): string | undefined {
  const code = (error as Partial<FastifyError> | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
