import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from './app.ts';

/** How long the parts of a shutdown may take, in milliseconds. */
export interface ShutdownTimes {
  /** How long to serve on while asking for no more. */
  readonly drain: number;
  /** How long open requests may then take to end, before they are cut. */
  readonly close: number;
}

/** Ends the service without losing a request: ask for no more, wait until none comes, finish what is open, and cut what never ends. */
export async function shutdown(app: App, { drain, close }: ShutdownTimes): Promise<void> {
  app.drain();
  app.log.info({ drainMs: drain }, 'draining');
  await sleep(drain);

  app.log.info({ closeMs: close }, 'closing');
  const cut = setTimeout(() => app.server.closeAllConnections(), close);
  await app.close();
  clearTimeout(cut);
}
