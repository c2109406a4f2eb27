import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import * as Type from 'typebox';
import { UNDER_ANY_LOAD } from '../plugins/under-pressure.ts';
import { COMMON_ERRORS } from '../schemas/http-error.ts';

const Alive = Type.Object({ status: Type.Literal('ok') });
const Ready = Type.Object({ status: Type.Literal('ready') });
const NotReady = Type.Object({
  status: Type.Enum(['draining', 'no-key'], { description: 'Why the service should not receive requests.' }),
});

/** The probes of Kubernetes. Both answer immediately and are logged only on failure. */
export const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const options = { config: UNDER_ANY_LOAD, logLevel: 'warn' } as const;

  app.get(
    '/healthz',
    {
      ...options,
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the process is alive; checks nothing else, because a restart repairs nothing else',
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
        summary: 'Whether the service should receive requests',
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
