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

test('after SIGTERM it is not ready, answers on, and then ends with 0', async () => {
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

test('a client that never finishes is cut when the time to close is over', async () => {
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

test.concurrent(
  'an error that nobody handles is told, and the process ends with 1 without a drain',
  async () => {
    // A signal that Node keeps nothing for itself of (SIGUSR1 wakes its inspector) and that ends no process by default.
    const bomb = 'data:text/javascript,process.once("SIGWINCH",()=>{throw new Error("boom")})';
    const env = { KEYS_DIR: await keysDir(), DRAIN_DELAY_MS: '60000' };
    const { kill, exit, output } = await startService({ args: ['--import', bomb, main], env });
    kill('SIGWINCH');
    expect(await exit).toBe(1);
    expect(output()).toContain('an error that nobody handled');
    expect(output()).toContain('boom');
  },
);

test.concurrent(
  'clients that learn late of a restart lose no request, and without a drain they would',
  async () => {
    const KEYS_DIR = await keysDir();
    const [drained, control] = await Promise.all(
      ['10000', '0'].map((DRAIN_DELAY_MS) =>
        startService({ args: [main], env: { KEYS_DIR, DRAIN_DELAY_MS } }),
      ),
    );
    if (!drained || !control) throw new Error('both services were started');
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
 * Ten clients that sign all the time, from before a SIGTERM until they are told of it, as endpoints are told late.
 *
 * @param learn ends when they are told
 */
async function callThroughRestart({ url, kill, exit }: Service, learn: (count: Count) => Promise<void>) {
  const count: Count = { answered: 0, failed: 0 };
  let told = false;
  async function client(): Promise<void> {
    while (!told) {
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
  told = true;
  await Promise.all(clients);
  kill('SIGKILL'); // how it ends is asked above, and takes the whole drain
  await exit;
  return count;
}
