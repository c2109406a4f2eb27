import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * A proxy that delays data in each direction, without a limit of throughput.
 * @param oneWayMs half of the round-trip time
 */
export async function distant(host: string, oneWayMs: number): Promise<{ host: string; stop(): void }> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { host, oneWayMs } });
  const [port] = (await once(worker, 'message')) as [number];
  return { host: `127.0.0.1:${port}`, stop: () => void worker.terminate() };
}

/** Keeps the order, because timers of equal length fire in the order in which they were started. */
function forward(from: Socket, to: Socket, oneWayMs: number): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), oneWayMs));
  from.on('close', () => setTimeout(() => to.destroy(), oneWayMs));
  from.on('error', () => undefined);
  from.setNoDelay();
}

if (!isMainThread) {
  const { host, oneWayMs } = workerData as { host: string; oneWayMs: number };
  const [name, port] = host.split(':');
  const server = createServer((near) => {
    const far = connect(Number(port), name);
    forward(near, far, oneWayMs);
    forward(far, near, oneWayMs);
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}
