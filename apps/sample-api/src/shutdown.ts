import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from './app.ts';

/** Durations of the phases of a shutdown, in milliseconds. */
export interface ShutdownTimes {
  /** How long to serve requests while readiness is off. */
  readonly drain: number;
  /** How long open requests may then take before their connections are closed. */
  readonly close: number;
}

/** Stops the service without losing requests: drains, waits for open requests, closes other connections. */
export async function shutdown(app: App, { drain, close }: ShutdownTimes): Promise<void> {
  app.drain();
  app.log.info({ drainMs: drain }, 'draining');
  await sleep(drain);

  app.log.info({ closeMs: close }, 'closing');
  const cut = setTimeout(() => app.server.closeAllConnections(), close);
  await app.close();
  clearTimeout(cut);
}
