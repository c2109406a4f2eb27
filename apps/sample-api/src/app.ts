import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import { loggerOptions, type LogStream } from './logger-options.ts';
import documentation from './plugins/documentation.ts';
import drain from './plugins/drain.ts';
import errorHandler from './plugins/error-handler.ts';
import helmet from './plugins/helmet.ts';
import keys from './plugins/keys.ts';
import metrics from './plugins/metrics.ts';
import notFound from './plugins/not-found.ts';
import openapi from './plugins/openapi.ts';
import rateLimit from './plugins/rate-limit.ts';
import underPressure from './plugins/under-pressure.ts';
import { healthRoutes } from './routes/health.ts';
import { keyRoutes } from './routes/keys.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { openapiRoutes } from './routes/openapi.ts';
import { versionRoutes } from './routes/version.ts';
import { serverOptions } from './server-options.ts';
import type { Settings } from './settings.ts';

export type App = Awaited<ReturnType<typeof buildApp>>;

/** Builds the service without listening. Plugins run in the order of their registration. */
export async function buildApp(settings: Settings, logStream?: LogStream) {
  const app = fastify({
    ...serverOptions(settings),
    logger: loggerOptions(settings, logStream),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = settings.MAX_CONNECTIONS;

  await app.register(errorHandler);
  await app.register(keys, settings);
  await app.register(metrics);
  await app.register(helmet);
  await app.register(drain);
  await app.register(underPressure, { maxEventLoopDelayMs: settings.MAX_EVENT_LOOP_DELAY_MS });
  await app.register(rateLimit, { perMinute: settings.RATE_LIMIT_PER_MINUTE });
  await app.register(notFound);
  await app.register(openapi);
  if (settings.NODE_ENV === 'development') await app.register(documentation);

  await app.register(healthRoutes);
  await app.register(metricsRoutes);
  await app.register(versionRoutes, { revision: settings.REVISION });
  await app.register(openapiRoutes);
  await app.register(keyRoutes);
  await app.register(messageRoutes, { toleranceSeconds: settings.TOLERANCE_SECONDS });

  await app.ready();
  return app;
}
