import rateLimit from '@fastify/rate-limit';
import fp from 'fastify-plugin';

/**
 * Limits requests per client address, for the routes that ask for it with `config: { rateLimit: {} }`: a limit on probes would
 * let one client make the service look dead.
 *
 * @see {@link https://github.com/fastify/fastify-rate-limit}
 */
export default fp<{ perMinute: number }>(
  async (app, { perMinute }) => {
    await app.register(rateLimit, { global: false, max: perMinute, timeWindow: '1 minute' });
  },
  { name: 'rate-limit' },
);
