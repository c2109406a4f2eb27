import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    /** Starts the drain: clients are asked to leave, but all requests are still answered. */
    drain(): void;
    isDraining(): boolean;
  }
}

/**
 * The phase between SIGTERM and closing. Endpoints, gateways and load balancers learn late that a pod is
 * terminating and send requests until then; all of them are answered. `Connection: close` ends kept-alive
 * connections before the close.
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
