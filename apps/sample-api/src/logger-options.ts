import type { FastifyLoggerOptions, FastifyRequest } from 'fastify';
import type { Settings } from './settings.ts';

/** The destination of log lines: standard output, or a recorder in tests. */
export interface LogStream {
  write(line: string): void;
}

/**
 * Fields that can contain a secret. They are redacted at the top level of a line and one or two levels below,
 * so a careless `log.info({ request })` does not show them either.
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

/** JSON lines on standard output. No transport: it would need a worker file, but the service is one file. */
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

/** The logged fields of a request. Query and headers are left out, because they can contain secrets. */
function requestFacts(request: FastifyRequest) {
  const [path] = request.url.split('?', 1);
  return { method: request.method, path, remoteAddress: request.ip };
}
