import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { newSecret } from '../src/webhook/secret.ts';
import { eventually } from './eventually.ts';
import { createKeyFolder } from './key-volume.ts';
import { connectRaw } from './raw-client.ts';
import { startService, type Service } from './start-service.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

async function keysDir(): Promise<string> {
  return createKeyFolder({ first: newSecret() });
}

test('after SIGTERM the service is not ready, still answers, and then exits with 0', async () => {
  const env = { KEYS_DIR: await keysDir(), DRAIN_DELAY_MS: '3000' };
  const { url, kill, exit } = await startService({ args: [main], env });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  const start = Date.now();
  kill('SIGTERM');
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(503));
  const signed = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"payload":"{}"}',
  });
  expect([signed.status, signed.headers.get('connection')]).toEqual([200, 'close']);

  expect(await exit).toBe(0);
  expect(Date.now() - start).toBeGreaterThanOrEqual(3000);
  await expect(fetch(`${url}/readyz`)).rejects.toThrow();
});

test('a client that never finishes its request is disconnected after the close timeout', async () => {
  const env = { KEYS_DIR: await keysDir(), DRAIN_DELAY_MS: '0', CLOSE_TIMEOUT_MS: '400' };
  const { url, kill, exit } = await startService({ args: [main], env });
  const client = await connectRaw(Number(new URL(url).port));
  client.socket.write(
    'POST /v1/messages HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  );
  await fetch(`${url}/healthz`);

  const start = Date.now();
  kill('SIGTERM');
  expect(await exit).toBe(0);
  expect(Date.now() - start).toBeGreaterThanOrEqual(400);
});

test.concurrent('an unhandled error is logged, and the process exits with 1 without a drain', async () => {
  // Node does not use this signal (SIGUSR1 starts its inspector), and by default it does not end a process.
  const bomb = 'data:text/javascript,process.once("SIGWINCH",()=>{throw new Error("boom")})';
  const env = { KEYS_DIR: await keysDir(), DRAIN_DELAY_MS: '60000' };
  const { kill, exit, output } = await startService({ args: ['--import', bomb, main], env });
  kill('SIGWINCH');
  expect(await exit).toBe(1);
  expect(output()).toContain('unhandled error; closing');
  expect(output()).toContain('boom');
});

test.concurrent(
  'clients that learn late of a restart lose no request with a drain, and lose some without',
  async () => {
    const KEYS_DIR = await keysDir();
    const [drained, control] = await Promise.all(
      ['10000', '0'].map((DRAIN_DELAY_MS) =>
        startService({ args: [main], env: { KEYS_DIR, DRAIN_DELAY_MS } }),
      ),
    );
    if (!drained || !control) throw new Error('both services must be started');
    const [kept, lost] = await Promise.all([
      callThroughRestart(drained, async (count) => {
        await eventually(async () => expect((await fetch(`${drained.url}/readyz`)).status).toBe(503));
        const before = count.answered;
        await eventually(async () => expect(count.answered).toBeGreaterThan(before + 20));
      }),
      callThroughRestart(control, async (count) => {
        await control.exit;
        await eventually(() => expect(count.failed).toBeGreaterThan(0));
      }),
    ]);
    expect(kept.failed).toBe(0);
    expect(lost.failed).toBeGreaterThan(0);
  },
);

interface Count {
  answered: number;
  failed: number;
}

/**
 * Runs ten clients that sign continuously from before a SIGTERM until they learn of it, like endpoints that
 * learn late.
 *
 * @param learn resolves when the clients learn of the SIGTERM
 */
async function callThroughRestart({ url, kill, exit }: Service, learn: (count: Count) => Promise<void>) {
  const count: Count = { answered: 0, failed: 0 };
  let stopped = false;
  async function client(): Promise<void> {
    while (!stopped) {
      const answer = await fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"payload":"{}"}',
      }).catch(() => undefined);
      if (answer?.ok) count.answered++;
      else count.failed++;
      await answer?.text();
      await sleep(5);
    }
  }
  const clients = Array.from({ length: 10 }, client);
  await eventually(async () => expect(count.answered).toBeGreaterThan(10));
  kill('SIGTERM');
  await learn(count);
  stopped = true;
  await Promise.all(clients);
  kill('SIGKILL'); // a regular exit takes the whole drain and is tested above
  await exit;
  return count;
}
