import underPressure from '@fastify/under-pressure';
import fp from 'fastify-plugin';

/**
 * Sheds load with 503 and Retry-After while the event loop is late, so that what is accepted is answered in time.
 *
 * @see {@link https://github.com/fastify/under-pressure}
 */
export default fp<{ maxEventLoopDelayMs: number }>(
  async (app, { maxEventLoopDelayMs }) => {
    await app.register(underPressure, { maxEventLoopDelay: maxEventLoopDelayMs, retryAfter: 1 });
  },
  { name: 'under-pressure' },
);

/** The configuration of routes that answer under any load: a busy process is alive, and must stay visible. */
export const UNDER_ANY_LOAD = { pressureHandler: () => undefined };
