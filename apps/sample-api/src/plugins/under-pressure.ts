import underPressure from '@fastify/under-pressure';
import fp from 'fastify-plugin';

/**
 * Refuses requests with 503 and Retry-After while the event loop is delayed; accepted requests are then
 * answered in time.
 *
 * @see {@link https://github.com/fastify/under-pressure}
 */
export default fp<{ maxEventLoopDelayMs: number }>(
  async (app, { maxEventLoopDelayMs }) => {
    await app.register(underPressure, { maxEventLoopDelay: maxEventLoopDelayMs, retryAfter: 1 });
  },
  { name: 'under-pressure' },
);

/** Configuration of routes that answer under any load: a busy process is alive and must be observable. */
export const UNDER_ANY_LOAD = { pressureHandler: () => undefined };
