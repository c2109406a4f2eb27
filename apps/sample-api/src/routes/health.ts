import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import * as Type from 'typebox';
import { UNDER_ANY_LOAD } from '../plugins/under-pressure.ts';
import { COMMON_ERRORS } from '../schemas/http-error.ts';

const Alive = Type.Object({ status: Type.Literal('ok') });
const Ready = Type.Object({ status: Type.Literal('ready') });
const NotReady = Type.Object({
  status: Type.Enum(['draining', 'no-key'], { description: 'Why no requests should be sent here.' }),
});

/** What Kubernetes asks. Both answer at once and are not logged unless something is wrong. */
export const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const options = { config: UNDER_ANY_LOAD, logLevel: 'warn' } as const;

  app.get(
    '/healthz',
    {
      ...options,
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the process is alive; looks at nothing else, as a restart mends nothing else',
        response: { 200: Alive, ...COMMON_ERRORS },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      ...options,
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether requests should be sent here',
        response: { 200: Ready, 503: NotReady, ...COMMON_ERRORS },
      },
    },
    async (_request, reply) => {
      if (app.isDraining()) return reply.code(503).send({ status: 'draining' });
      if (app.keyRing.keys.length === 0) return reply.code(503).send({ status: 'no-key' });
      return { status: 'ready' as const };
    },
  );
};
