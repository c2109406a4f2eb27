import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { ServiceError } from './error.ts';
import { readSettings, type Settings } from './settings.ts';
import { shutdown, type ShutdownTimes } from './shutdown.ts';

/** What a shutdown may take beyond its own times, in milliseconds, before the process is ended as hung. */
const HUNG_AFTER_MS = 2000;

await main();

async function main(): Promise<void> {
  try {
    const settings = readSettings(process.env);
    const app = await buildApp(settings);
    const times = shutdownTimes(settings);
    closeWithGrace({ delay: times.drain + times.close + HUNG_AFTER_MS, logger: app.log }, async ({ err }) => {
      if (err) app.log.fatal({ err }, 'an error that nobody handled; closing');
      await shutdown(app, err ? { ...times, drain: 0 } : times);
    });
    await app.listen({ host: settings.HOST, port: settings.PORT });
  } catch (error) {
    // Before there is a logger, and for the person who starts it: plain text.
    console.error(error instanceof ServiceError ? error.message : error);
    process.exit(1);
  }
}

/** In development nothing sends requests that would need a drain, and each change restarts the service. */
function shutdownTimes({ NODE_ENV, DRAIN_DELAY_MS, CLOSE_TIMEOUT_MS }: Settings): ShutdownTimes {
  return { drain: NODE_ENV === 'development' ? 0 : DRAIN_DELAY_MS, close: CLOSE_TIMEOUT_MS };
}
