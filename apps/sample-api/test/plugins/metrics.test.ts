import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newSecret } from '../../src/webhook/secret.ts';
import { buildTestApp } from '../build-test-app.ts';
import { createKeyFolder } from '../key-volume.ts';
import { eventually } from '../eventually.ts';

test('metrics of the process are in the Prometheus text format', async () => {
  const app = await buildTestApp();
  const answer = await app.inject('/metrics');
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(answer.body).toMatch(/^process_cpu_seconds_total [0-9.e-]+$/m);
  expect(answer.body).toMatch(/^nodejs_eventloop_lag_seconds /m);
});

test('requests are counted by method, route and status, never by URL', async () => {
  const app = await buildTestApp();
  await app.inject('/v1/keys?secret=canary');
  await app.inject('/canary');
  await app.inject({ method: 'POST', url: '/v1/messages', payload: {} });

  const { body } = await app.inject('/metrics');
  expect(body).toContain('seconds_count{method="GET",route="/v1/keys",status_code="200"} 1');
  expect(body).toContain('seconds_count{method="GET",route="none",status_code="404"} 1');
  expect(body).toContain('seconds_count{method="POST",route="/v1/messages",status_code="400"} 1');
  expect(body).not.toContain('canary');
});

test('unknown URLs add only one series per status', async () => {
  const app = await buildTestApp();
  for (let count = 0; count < 100; count++) await app.inject(`/unknown/${count}`);
  const { body } = await app.inject('/metrics');
  const series = body.match(/seconds_count\{.*route="none".*\}/g)?.map((line) => line.replace(/ \d+$/, ''));
  expect(series).toEqual([
    'seconds_count{method="GET",route="none",status_code="404"}',
    'seconds_count{method="GET",route="none",status_code="429"}',
  ]);
});

test('keys and problems of the key folder are counted', async () => {
  const KEYS_DIR = await createKeyFolder({ first: newSecret() });
  const app = await buildTestApp({ KEYS_DIR });
  expect((await app.inject('/metrics')).body).toMatch(/^signing_keys 1\n[^]*^signing_key_problems 0$/m);
  await writeFile(join(KEYS_DIR, 'second'), 'half');
  await eventually(async () => {
    expect((await app.inject('/metrics')).body).toMatch(/^signing_keys 1\n[^]*^signing_key_problems 1$/m);
  });
});
