import fp from 'fastify-plugin';
import { ServiceError } from '../error.ts';

/** Limit of requests to unknown routes, per client and minute. */
const PER_MINUTE = 60;

/** The response for unknown routes. Its rate is limited, because many such requests are usually a scan. */
export default fp(
  async (app) => {
    const preHandler = app.rateLimit({ max: PER_MINUTE, timeWindow: '1 minute' });
    app.setNotFoundHandler({ preHandler }, () => {
      throw new ServiceError('not-found', 'This route does not exist; /openapi.json lists all routes.');
    });
  },
  { name: 'not-found', dependencies: ['error-handler', 'rate-limit'] },
);
