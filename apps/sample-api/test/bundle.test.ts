import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { newSecret } from '../src/webhook/secret.ts';
import { createKeyFolder, temporaryFolder } from './key-volume.ts';
import { startService } from './start-service.ts';

const app = fileURLToPath(new URL('..', import.meta.url));

/** Copies the bundle alone into an empty folder, like in an image. */
async function unpackBundle(): Promise<string> {
  const cwd = await temporaryFolder();
  await cp(join(app, 'dist/bundle/main.mjs'), join(cwd, 'main.mjs')).catch((cause) => {
    throw new Error('dist/bundle/main.mjs does not exist; run `npx nx build sample-api`', { cause });
  });
  return cwd;
}

async function postJson<Answer>(url: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.json() as Promise<Answer>;
}

test('the bundle alone in a folder signs, verifies, and exits with 0 in time', async () => {
  const cwd = await unpackBundle();
  const secret = newSecret();
  const env = {
    KEYS_DIR: await createKeyFolder({ first: secret }),
    DRAIN_DELAY_MS: '100',
    CLOSE_TIMEOUT_MS: '1000',
  };
  const { url, kill, exit, output } = await startService({ args: ['main.mjs'], env, cwd });

  const payload = '{"type":"contact.created"}';
  const { headers } = await postJson<{ headers: Record<string, string> }>(`${url}/v1/messages`, { payload });
  expect(new Webhook(secret).verify(payload, headers)).toEqual({ type: 'contact.created' });
  expect(await postJson(`${url}/v1/messages/verify`, { payload, headers })).toEqual({
    valid: true,
    key: 'first',
  });

  for (const path of ['/healthz', '/readyz', '/metrics', '/version', '/openapi.json', '/v1/keys']) {
    expect((await fetch(url + path)).status, path).toBe(200);
  }
  expect((await fetch(`${url}/docs`)).status).toBe(404);

  kill('SIGTERM');
  expect(await exit).toBe(0);
  expect(output()).not.toContain(secret);
  expect(await readdir(cwd)).toEqual(['main.mjs']);
});

test('in development the bundle runs and logs that it has no page', async () => {
  const { url, output } = await startService({
    args: ['main.mjs'],
    env: { NODE_ENV: 'development' },
    cwd: await unpackBundle(),
  });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(output()).toContain('no page at /docs');
});

test('the bundle contains no path of the machine that built it', async () => {
  const bundle = await readFile(join(await unpackBundle(), 'main.mjs'), 'utf8');
  expect(bundle).not.toContain(app);
  expect(bundle).not.toMatch(/node_modules\/[a-z@]/);
});
