import fp from 'fastify-plugin';
import { ServiceError } from '../error.ts';

/** How many unknown addresses one client may ask for in a minute. */
const PER_MINUTE = 60;

/** Answers for what does not exist. Limited, because nobody asks for that often except to find out what does. */
export default fp(
  async (app) => {
    const preHandler = app.rateLimit({ max: PER_MINUTE, timeWindow: '1 minute' });
    app.setNotFoundHandler({ preHandler }, () => {
      throw new ServiceError('not-found', 'There is nothing here; /openapi.json lists what there is.');
    });
  },
  { name: 'not-found', dependencies: ['error-handler', 'rate-limit'] },
);
