import { expect, test } from 'vitest';
import { newSecret } from '../src/webhook/secret.ts';
import { buildTestApp, recordLog } from './build-test-app.ts';
import { createKeyFolder } from './key-volume.ts';

const json = { 'content-type': 'application/json' };

test('the service has exactly these routes', async () => {
  const app = await buildTestApp();
  expect(app.printRoutes({ commonPrefix: false })).toMatchInlineSnapshot(`
    "├── /healthz (GET, HEAD)
    ├── /readyz (GET, HEAD)
    ├── /metrics (GET, HEAD)
    ├── /version (GET, HEAD)
    ├── /v1/keys (GET, HEAD)
    ├── /v1/messages (POST)
    │   └── /verify (POST)
    └── /openapi.json (GET, HEAD)
    "
  `);
});

test('an unknown route is answered with 404 and a reference to the OpenAPI document', async () => {
  const app = await buildTestApp();
  for (const [method, url] of [
    ['GET', '/'],
    ['GET', '/v1/messages'],
    ['DELETE', '/v1/keys'],
    ['GET', '/v1/keys/'],
    ['GET', '/V1/keys'],
  ] as const) {
    const answer = await app.inject({ method, url });
    expect(answer.statusCode, url).toBe(404);
    expect(answer.json()).toEqual({
      statusCode: 404,
      code: 'not-found',
      error: 'Not Found',
      message: 'This route does not exist; /openapi.json lists all routes.',
    });
  }
});

test('every response has security headers', async () => {
  const app = await buildTestApp();
  for (const url of ['/healthz', '/v1/keys', '/unknown']) {
    expect((await app.inject(url)).headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    });
  }
});

test('a body of the maximum size is accepted, and one byte more is refused', async () => {
  const app = await buildTestApp({ BODY_LIMIT_BYTES: '2048' });
  const frame = JSON.stringify({ payload: '' }).length;
  async function statusOf(bytes: number): Promise<number> {
    const payload = JSON.stringify({ payload: 'x'.repeat(bytes - frame) });
    return (await app.inject({ method: 'POST', url: '/v1/messages', headers: json, payload })).statusCode;
  }
  expect([await statusOf(2048), await statusOf(2049)]).toEqual([200, 413]);
});

test('a body that is not JSON or would change prototypes is refused', async () => {
  const app = await buildTestApp();
  const bodies = [
    '{"payload":"x","__proto__":{"polluted":true}}',
    '{"payload":"x","constructor":{"prototype":{"polluted":true}}}',
    '{"payload":"x"',
    '',
    '[]',
    '"text"',
    'null',
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  ];
  for (const payload of bodies) {
    const answer = await app.inject({ method: 'POST', url: '/v1/messages', headers: json, payload });
    expect(answer.statusCode, payload.slice(0, 60)).toBe(400);
  }
  expect({}).not.toHaveProperty('polluted');
});

test('an invalid body never reaches a handler, whatever its content type', async () => {
  const app = await buildTestApp();
  const types = [
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    '',
  ];
  const spellings = [
    (type: string) => type,
    (type: string) => ` ${type}`,
    (type: string) => `\t${type}`,
    (type: string) => `${type}\ta`,
    (type: string) => `${type} `,
    (type: string) => type.toUpperCase(),
    (type: string) => `${type};charset=utf-8`,
    (type: string) => `${type} ; charset=utf-8`,
    (type: string) => `${type};`,
    (type: string) => `${type}, text/plain`,
    (type: string) => `${type}+json`,
    (type: string) => `x${type}x`,
  ];
  const urls = ['/v1/messages', '/v1/messages/verify'];
  const answers = [];
  for (const url of urls)
    for (const type of types)
      for (const spell of spellings) {
        const headers = { 'content-type': spell(type) };
        const answer = await app.inject({
          method: 'POST',
          url,
          headers,
          payload: '{"payload":7,"headers":7}',
        });
        answers.push(answer.statusCode);
      }
  expect(answers).toHaveLength(120);
  expect(new Set(answers)).toEqual(new Set([400, 415]));
});

test('responses, metrics and log lines contain no key material', async () => {
  const secret = newSecret();
  const bad = newSecret().slice(0, 40);
  const log = recordLog();
  const KEYS_DIR = await createKeyFolder({ good: secret, bad });
  const app = await buildTestApp({ KEYS_DIR, LOG_LEVEL: 'trace' }, log);

  const seen: string[] = [];
  const body = { payload: 'x', id: 'msg_1' };
  for (const url of [
    '/healthz',
    '/readyz',
    '/metrics',
    '/version',
    '/openapi.json',
    '/v1/keys',
    '/unknown',
  ]) {
    seen.push(
      (await app.inject({ url: `${url}?secret=${secret}`, headers: { authorization: secret } })).body,
    );
  }
  for (const payload of [body, { ...body, id: '' }, { ...body, secret }, { payload: 7 }]) {
    seen.push((await app.inject({ method: 'POST', url: '/v1/messages', payload })).body);
    seen.push((await app.inject({ method: 'POST', url: '/v1/messages/verify', payload })).body);
  }
  app.log.info({ keys: app.keyRing.keys, ring: app.keyRing, secret, deep: { secret } }, 'a careless line');

  const everything = [...seen, log.text()].join('\n');
  expect(log.text()).toContain('a careless line');
  expect(log.text()).toContain('"file":"bad"');
  expect(tracesOf(secret, everything)).toEqual([]);
  expect(tracesOf(bad, everything)).toEqual([]);
  // The search finds secrets that are present.
  expect(tracesOf(secret, `${everything}${secret}`)).not.toEqual([]);
  expect(tracesOf(secret, `${everything}${bytesOf(secret).toString('hex')}`)).not.toEqual([]);
});

test('a client cannot inject a line into the log', async () => {
  const log = recordLog();
  const app = await buildTestApp({ LOG_LEVEL: 'trace' }, log);
  await app.inject({ url: '/a%0d%0a{"level":60}', headers: { 'x-forwarded-for': '1\r\n{"level":60}' } });
  await app.inject({ url: '/\r\n{"level":60}', headers: { 'x-request-id': '{"level":60}' } });
  const lines = log.lines();
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter(({ level }) => level === 60)).toEqual([]);
});

function bytesOf(secret: string): Buffer {
  return Buffer.from(secret.slice('whsec_'.length), 'base64');
}

/** Returns every run of 12 characters of a secret, in any usual form, that a text contains. */
function tracesOf(secret: string, text: string): string[] {
  const bytes = bytesOf(secret);
  const forms = [secret.slice('whsec_'.length), bytes.toString('hex'), [...bytes].join(',')];
  return forms.flatMap((form) => {
    const runs = Array.from({ length: form.length - 11 }, (_, at) => form.slice(at, at + 12));
    return runs.filter((run) => text.includes(run));
  });
}
