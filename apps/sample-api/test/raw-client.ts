import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A client that sends raw bytes and records the response and whether the server closed the connection. */
export interface RawClient {
  readonly socket: Socket;
  received(): string;
  closedWithin(ms: number): Promise<boolean>;
}

export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk));
  // Some tests expect that the server closes the connection while the client writes.
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));
  await once(socket, 'connect');

  return {
    socket,
    received: () => received,
    closedWithin: (ms) => Promise.race([closed, sleep(ms, false)]),
  };
}

/** Sends one byte at a time, which keeps the connection from being idle. */
export function trickle(socket: Socket): void {
  const timer = setInterval(() => socket.writable && socket.write('a'), 50);
  socket.on('close', () => clearInterval(timer));
}
