import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newSecret } from '../../src/webhook/secret.ts';
import { buildTestApp } from '../build-test-app.ts';
import { temporaryFolder } from '../key-volume.ts';
import { eventually } from '../eventually.ts';

test('with a key the service is alive and ready', async () => {
  const app = await buildTestApp();
  expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' });
  expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready' });
});

test('without a key the service is alive and not ready, until a key is added', async () => {
  const KEYS_DIR = await temporaryFolder();
  const app = await buildTestApp({ KEYS_DIR });
  expect((await app.inject('/healthz')).statusCode).toBe(200);
  const answer = await app.inject('/readyz');
  expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'no-key' }]);

  await writeFile(join(KEYS_DIR, 'first'), newSecret());
  await eventually(async () => expect((await app.inject('/readyz')).statusCode).toBe(200));
});

test('while draining the service is alive, not ready, and still answers', async () => {
  const app = await buildTestApp();
  app.drain();
  expect((await app.inject('/healthz')).statusCode).toBe(200);
  const answer = await app.inject('/readyz');
  expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'draining' }]);
  const signed = await app.inject({ method: 'POST', url: '/v1/messages', payload: { payload: '' } });
  expect([signed.statusCode, signed.headers.connection]).toEqual([200, 'close']);
});
