import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import * as Type from 'typebox';
import { UNDER_ANY_LOAD } from '../plugins/under-pressure.ts';
import { COMMON_ERRORS } from '../schemas/http-error.ts';

/** The metrics for Prometheus. */
export const metricsRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/metrics',
    {
      config: UNDER_ANY_LOAD,
      logLevel: 'warn',
      schema: {
        operationId: 'getMetrics',
        summary: 'Metrics in the Prometheus text format',
        response: {
          200: { description: 'Metrics', content: { 'text/plain': { schema: Type.String() } } },
          ...COMMON_ERRORS,
        },
      },
    },
    async (_request, reply) => {
      const text = await app.metrics.metrics();
      return reply.type(app.metrics.contentType).send(text);
    },
  );
};
