import { expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { buildTestApp } from '../build-test-app.ts';

async function statuses(app: App, url: string, count: number, forwardedFor: (index: number) => string) {
  const seen = [];
  for (let index = 0; index < count; index++) {
    const answer = await app.inject({ url, headers: { 'x-forwarded-for': forwardedFor(index) } });
    seen.push(answer.statusCode);
  }
  return seen;
}

const anotherClient = (index: number) => `203.0.113.${index}`;

test('a client above the limit gets 429 with Retry-After', async () => {
  const app = await buildTestApp({ RATE_LIMIT_PER_MINUTE: '2' });
  expect(await statuses(app, '/v1/keys', 2, anotherClient)).toEqual([200, 200]);
  const answer = await app.inject('/v1/keys');
  expect(answer.statusCode).toBe(429);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.json()).toMatchObject({ statusCode: 429, error: 'Too Many Requests' });
});

test('without a trusted proxy, a client cannot forge its address', async () => {
  const app = await buildTestApp({ RATE_LIMIT_PER_MINUTE: '2' });
  expect(await statuses(app, '/v1/keys', 4, anotherClient)).toEqual([200, 200, 429, 429]);
});

test('behind a trusted proxy each client has its own limit', async () => {
  const app = await buildTestApp({ RATE_LIMIT_PER_MINUTE: '2', TRUST_PROXY: '127.0.0.0/8' });
  expect(await statuses(app, '/v1/keys', 4, anotherClient)).toEqual([200, 200, 200, 200]);
  expect(await statuses(app, '/v1/keys', 4, () => '203.0.113.99')).toEqual([200, 200, 429, 429]);
});

test('addresses that a client sends before the one added by its proxy have no effect', async () => {
  const app = await buildTestApp({ RATE_LIMIT_PER_MINUTE: '2', TRUST_PROXY: '127.0.0.0/8' });
  const forged = (index: number) => `198.51.100.${index}, 203.0.113.7`;
  expect(await statuses(app, '/v1/keys', 3, forged)).toEqual([200, 200, 429]);
});

test('probes and metrics have no limit', async () => {
  const app = await buildTestApp({ RATE_LIMIT_PER_MINUTE: '1' });
  for (const url of ['/healthz', '/readyz', '/metrics']) {
    expect(await statuses(app, url, 3, anotherClient)).toEqual([200, 200, 200]);
  }
});

test('requests to unknown routes are limited separately from real routes', async () => {
  const app = await buildTestApp();
  const seen = await statuses(app, '/unknown', 70, anotherClient);
  expect([seen.filter((one) => one === 404).length, seen.filter((one) => one === 429).length]).toEqual([
    60, 10,
  ]);
  expect((await app.inject('/v1/keys')).statusCode).toBe(200);
});
