import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { COMMON_ERRORS } from '../schemas/http-error.ts';
import { KeyList } from '../schemas/key.ts';

/** The active keys by id and age, for following a rotation. */
export const keyRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/keys',
    {
      config: { rateLimit: {} },
      schema: {
        operationId: 'listKeys',
        summary: 'The active keys, without their secrets',
        response: { 200: KeyList, ...COMMON_ERRORS },
      },
    },
    async () => {
      const now = Date.now();
      const keys = app.keyRing.keys.map(({ id, since }) => ({
        id,
        since: since.toISOString(),
        ageSeconds: Math.max(0, Math.floor((now - since.getTime()) / 1000)),
      }));
      return { keys };
    },
  );
};
