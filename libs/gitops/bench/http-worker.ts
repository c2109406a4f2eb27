/** Serves a repository over HTTP from its own thread, once for each delay, so that serving does not slow the client. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { serveHttp } from '../test/support/serve-http.ts';

/** What to serve. */
export interface Served {
  repository: string;
  /** Milliseconds each way. */
  delays: readonly number[];
}

/** Passes bytes on, in order, each `delay` milliseconds after it came. @param first extra milliseconds at the start */
function pass(from: Socket, to: Socket, delay: number, first = 0): void {
  const opened = performance.now();
  let sent = Promise.resolve();
  const later = (act: () => void): void => {
    const due = Math.max(performance.now(), opened + first) + delay;
    sent = sent.then(() => sleep(Math.max(0, due - performance.now()))).then(act);
  };
  from.on('data', (chunk) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
}

/** A proxy with a delay each way. A new connection costs a round trip before its first byte, as TCP does. */
async function delayed(url: string, delay: number): Promise<string> {
  const { port, pathname } = new URL(url);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const remote = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    pass(client, remote, delay, 2 * delay);
    pass(remote, client, delay);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`;
}

const { repository, delays } = workerData as Served;
const { url } = await serveHttp(repository);
parentPort?.postMessage(await Promise.all(delays.map((delay) => delayed(url, delay))));
