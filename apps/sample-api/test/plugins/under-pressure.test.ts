import { expect, test } from 'vitest';
import { buildTestApp } from '../build-test-app.ts';

/** Blocks the event loop in long steps until the delay is detected. */
async function beBusy(isDelayed: () => boolean): Promise<void> {
  const deadline = Date.now() + 4000;
  while (!isDelayed() && Date.now() < deadline) {
    const end = performance.now() + 60;
    while (performance.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('while the event loop is delayed, requests are refused and probes are answered', async () => {
  const app = await buildTestApp({ MAX_EVENT_LOOP_DELAY_MS: '10' });
  await beBusy(() => app.isUnderPressure());

  const shed = await app.inject('/v1/keys');
  expect([shed.statusCode, shed.headers['retry-after']]).toEqual([503, '1']);
  expect(shed.json()).toEqual({
    statusCode: 503,
    error: 'Service Unavailable',
    message: 'Service Unavailable',
  });
  for (const url of ['/healthz', '/readyz', '/metrics']) {
    expect((await app.inject(url)).statusCode, url).toBe(200);
  }
});

test('with a limit of 0 no request is refused', async () => {
  const app = await buildTestApp({ MAX_EVENT_LOOP_DELAY_MS: '0' });
  expect(app.isUnderPressure()).toBe(false);
  expect((await app.inject('/v1/keys')).statusCode).toBe(200);
});
