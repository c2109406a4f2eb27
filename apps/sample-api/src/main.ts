import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { ServiceError } from './error.ts';
import { readSettings, type Settings } from './settings.ts';
import { shutdown, type ShutdownTimes } from './shutdown.ts';

/** Extra time for a shutdown, in milliseconds, before the process is ended as hung. */
const HUNG_AFTER_MS = 2000;

await main();

async function main(): Promise<void> {
  try {
    const settings = readSettings(process.env);
    const app = await buildApp(settings);
    const times = shutdownTimes(settings);
    closeWithGrace({ delay: times.drain + times.close + HUNG_AFTER_MS, logger: app.log }, async ({ err }) => {
      if (err) app.log.fatal({ err }, 'unhandled error; closing');
      await shutdown(app, err ? { ...times, drain: 0 } : times);
    });
    await app.listen({ host: settings.HOST, port: settings.PORT });
  } catch (error) {
    // Plain text, because no logger exists yet and a person reads this.
    console.error(error instanceof ServiceError ? error.message : error);
    process.exit(1);
  }
}

/** Development needs no drain: no proxy sends requests, and each change restarts the service. */
function shutdownTimes({ NODE_ENV, DRAIN_DELAY_MS, CLOSE_TIMEOUT_MS }: Settings): ShutdownTimes {
  return { drain: NODE_ENV === 'development' ? 0 : DRAIN_DELAY_MS, close: CLOSE_TIMEOUT_MS };
}
