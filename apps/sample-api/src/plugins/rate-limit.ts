import rateLimit from '@fastify/rate-limit';
import fp from 'fastify-plugin';

/**
 * Limits requests per client address on routes with `config: { rateLimit: {} }`. Probes have no limit: with
 * one, a single client could make the service look dead.
 *
 * @see {@link https://github.com/fastify/fastify-rate-limit}
 */
export default fp<{ perMinute: number }>(
  async (app, { perMinute }) => {
    await app.register(rateLimit, { global: false, max: perMinute, timeWindow: '1 minute' });
  },
  { name: 'rate-limit' },
);
