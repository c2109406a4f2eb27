import type { FastifyLoggerOptions, FastifyRequest } from 'fastify';
import type { Settings } from './settings.ts';

/** Where lines go; standard output unless a test listens. */
export interface LogStream {
  write(line: string): void;
}

/**
 * Names of fields that may hold a secret. They are replaced at the top of a line and one or two levels down, so that a careless
 * `log.info({ request })` shows none either.
 */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'set-cookie',
  'webhook-signature',
  'secret',
  'password',
  'token',
];

/** JSON lines on standard output. No transport: it would start a worker from a file, and the service is shipped as one file. */
export function loggerOptions({ LOG_LEVEL }: Pick<Settings, 'LOG_LEVEL'>, stream?: LogStream) {
  return {
    level: LOG_LEVEL,
    redact: { paths: SECRET_FIELDS.flatMap(atAnyDepth), censor: '[redacted]' },
    serializers: { req: requestFacts },
    ...(stream && { stream }),
  } satisfies FastifyLoggerOptions & { redact: object };
}

function atAnyDepth(field: string): string[] {
  return [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`];
}

/** What is told of a request: the path without its query, which may hold anything, and no headers. */
function requestFacts(request: FastifyRequest) {
  const [path] = request.url.split('?', 1);
  return { method: request.method, path, remoteAddress: request.ip };
}
