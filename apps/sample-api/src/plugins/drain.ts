import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on the service asks to get no more requests, but still answers all that come. */
    drain(): void;
    isDraining(): boolean;
  }
}

/**
 * The time between "stop" and the end. Endpoints, gateways and load balancers learn late that a pod is going; until then they send
 * requests, and each is answered. `Connection: close` makes clients leave, so none is on a kept connection when it closes.
 */
export default fp(
  async (app) => {
    let draining = false;
    app.decorate('drain', () => void (draining = true));
    app.decorate('isDraining', () => draining);
    app.addHook('onRequest', async (_request, reply) => {
      if (draining) reply.header('connection', 'close');
    });
  },
  { name: 'drain' },
);
