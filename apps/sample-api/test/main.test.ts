import { readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { newSecret } from '../src/webhook/secret.ts';
import { createKeyFolder, temporaryFolder } from './key-volume.ts';
import { runService, startService } from './start-service.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

async function keysDir(): Promise<string> {
  return createKeyFolder({ first: newSecret() });
}

test('with invalid settings the service exits and reports all of them, without a stack', async () => {
  const { exit, output } = runService({ args: [main], env: { LOG_LEVEL: 'loud', TOLERANCE_SECONDS: 'x' } });
  expect(await exit).toBe(1);
  expect(output()).toMatch(/KEYS_DIR is not set[^]*LOG_LEVEL is "loud"[^]*TOLERANCE_SECONDS is "x"/);
  expect(output()).not.toContain('    at ');
});

test('with a port in use the service exits with 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const PORT = String((other.address() as AddressInfo).port);
  const { exit, output } = runService({ args: [main], env: { KEYS_DIR: await keysDir(), PORT } });
  expect(await exit).toBe(1);
  expect(output()).toContain('EADDRINUSE');
});

test('a missing key is created and logged in development, and never created in production', async () => {
  const cwd = await temporaryFolder();
  const KEYS_DIR = await temporaryFolder();
  const [development, production] = await Promise.all([
    startService({ args: [main], env: { NODE_ENV: 'development' }, cwd }),
    startService({ args: [main], env: { KEYS_DIR } }),
  ]);
  expect((await fetch(`${development.url}/readyz`)).status).toBe(200);
  expect(await readdir(join(cwd, '.slipway/keys'))).toEqual(['development']);
  expect(development.output()).toContain('created one for development');
  expect((await fetch(`${production.url}/readyz`)).status).toBe(503);
  expect(await readdir(KEYS_DIR)).toEqual([]);
});
