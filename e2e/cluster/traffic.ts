import { setTimeout as sleep } from 'node:timers/promises';

/** The result of a light load. */
export interface Traffic {
  requests: number;
  failures: string[];
}

/** Milliseconds. The load has a time limit, so it always ends. */
const EVERY = 100;
const AT_MOST = 180_000;

/**
 * Sends requests one after the other, ten per second, until `stop` is called.
 *
 * @param send makes one request and throws if the answer is not as expected
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
