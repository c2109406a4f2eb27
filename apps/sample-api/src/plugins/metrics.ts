import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

declare module 'fastify' {
  interface FastifyInstance {
    /** The metrics of this service. */
    metrics: Registry;
  }
}

/** Upper bounds in seconds. Signing takes less than a millisecond; more than a second is a problem. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * Metrics of the process, the requests and the keys.
 *
 * @see {@link https://github.com/siimon/prom-client}
 */
export default fp(
  async (app) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    measureRequests(app, registry);
    measureKeys(app, registry);
    app.decorate('metrics', registry);
  },
  { name: 'metrics', dependencies: ['keys'] },
);

function measureRequests(app: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests by route, not by URL: every new label value uses memory permanently.',
    labelNames: ['method', 'route', 'status_code'],
    buckets: BUCKETS,
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    duration.observe(
      { method: request.method, route, status_code: reply.statusCode },
      reply.elapsedTime / 1000,
    );
  });
}

/** For alerts: while the key folder is invalid, the service continues with the last valid keys. */
function measureKeys({ keyRing }: FastifyInstance, registry: Registry): void {
  new Gauge({
    name: 'signing_keys',
    help: 'Number of active signing keys.',
    registers: [registry],
    collect() {
      this.set(keyRing.keys.length);
    },
  });
  new Gauge({
    name: 'signing_key_problems',
    help: 'Number of problems in the key folder; above 0, the last valid keys stay in use.',
    registers: [registry],
    collect() {
      this.set(keyRing.problems.length);
    },
  });
}
