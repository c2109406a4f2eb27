import { setTimeout as sleep } from 'node:timers/promises';

/** What became of a light load. */
export interface Traffic {
  requests: number;
  failures: string[];
}

/** Times in milliseconds. The load ends by itself: nothing here may run for ever. */
const EVERY = 100;
const AT_MOST = 180_000;

/**
 * Sends one request after the other, ten a second, until it is told to stop.
 *
 * @param send makes one request and throws unless it was answered as it should be
 */
export function lightLoad(send: () => Promise<void>): { stop: () => Promise<Traffic> } {
  const traffic: Traffic = { requests: 0, failures: [] };
  const deadline = Date.now() + AT_MOST;
  let stopped = false;
  const running = (async () => {
    while (!stopped && Date.now() < deadline) {
      traffic.requests += 1;
      await send().catch((error: unknown) => traffic.failures.push(String(error)));
      await sleep(EVERY);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return traffic;
    },
  };
}
