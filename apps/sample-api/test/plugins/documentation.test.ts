import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildTestApp } from '../build-test-app.ts';
import { temporaryFolder } from '../key-volume.ts';

test('in development the page loads all its files from the service', async () => {
  const KEYS_DIR = join(await temporaryFolder(), 'keys');
  const app = await buildTestApp({ NODE_ENV: 'development', KEYS_DIR });
  const page = await app.inject('/docs/');
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");

  const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, path = '']) => new URL(path, 'http://here/docs/'),
  );
  expect(sources.length).toBeGreaterThan(3);
  for (const { host, pathname } of sources) {
    expect(host).toBe('here');
    expect((await app.inject(pathname)).statusCode, pathname).toBe(200);
  }
});

test('in production there is no page', async () => {
  const app = await buildTestApp({ NODE_ENV: 'production' });
  expect((await app.inject('/docs')).statusCode).toBe(404);
});
