import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

declare module 'fastify' {
  interface FastifyInstance {
    /** What this service measures of itself. */
    metrics: Registry;
  }
}

/** Upper bounds in seconds: signing takes well under a millisecond, and what takes over a second is a problem. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * Measures the process and every request.
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
    help: 'How long requests took, by route, never by URL: every new label value costs memory for ever.',
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

/** The service runs on with its last good keys while the folder is bad, so somebody must be told: these are for alerts. */
function measureKeys({ keyRing }: FastifyInstance, registry: Registry): void {
  new Gauge({
    name: 'signing_keys',
    help: 'How many keys sign now.',
    registers: [registry],
    collect() {
      this.set(keyRing.keys.length);
    },
  });
  new Gauge({
    name: 'signing_key_problems',
    help: 'How many things are wrong with the key folder; above 0, the last good keys stay in use.',
    registers: [registry],
    collect() {
      this.set(keyRing.problems.length);
    },
  });
}
