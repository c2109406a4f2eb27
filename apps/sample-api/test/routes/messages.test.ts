import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { newSecret } from '../../src/webhook/secret.ts';
import { buildTestApp } from '../build-test-app.ts';
import { createKeyFolder, createKeyVolume, temporaryFolder } from '../key-volume.ts';
import { eventually } from '../eventually.ts';

const payload = '{"type":"contact.created","data":{"id":"1f81eb52"}}';

async function post(app: App, url: string, body: object) {
  const answer = await app.inject({ method: 'POST', url, payload: body });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}

async function signMessage(app: App, body: object = { payload }): Promise<Record<string, string>> {
  const { status, body: answer } = await post(app, '/v1/messages', body);
  expect(status).toBe(200);
  return answer.headers;
}

async function verdictOf(app: App, headers: object, text = payload) {
  const { status, body } = await post(app, '/v1/messages/verify', { payload: text, headers });
  expect(status).toBe(200);
  return body;
}

test('a Standard Webhooks receiver accepts a signed message', async () => {
  const secret = newSecret();
  const app = await buildTestApp({ KEYS_DIR: await createKeyFolder({ first: secret }) });
  const headers = await signMessage(app);
  expect(new Webhook(secret).verify(payload, headers)).toEqual(JSON.parse(payload));
});

test('a given id is kept, and a missing id is generated', async () => {
  const app = await buildTestApp();
  expect((await signMessage(app, { id: 'msg_mine', payload }))['webhook-id']).toBe('msg_mine');
  expect((await signMessage(app))['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
});

test('every character of the payload is signed', async () => {
  const app = await buildTestApp();
  const spaced = ' { "a" : 1 }\r\n\u0000 ü 😀 ';
  const headers = await signMessage(app, { payload: spaced });
  expect(await verdictOf(app, headers, spaced)).toEqual({ valid: true, key: 'first' });
  expect(await verdictOf(app, headers, spaced.trim())).toMatchObject({ valid: false, reason: 'no-match' });
});

test('other headers of a received message are ignored', async () => {
  const app = await buildTestApp();
  const received = {
    ...(await signMessage(app)),
    'content-type': 'application/json',
    'set-cookie': ['a', 'b'],
  };
  expect(await verdictOf(app, received)).toEqual({ valid: true, key: 'first' });
});

test('each kind of invalid message gives its reason', async () => {
  const secret = newSecret();
  const app = await buildTestApp({
    KEYS_DIR: await createKeyFolder({ first: secret }),
    TOLERANCE_SECONDS: '60',
  });
  const good = await signMessage(app);

  async function reasonAt(offset: number): Promise<string> {
    const time = new Date(Date.now() + offset * 1000);
    const timestamp = String(Math.floor(time.getTime() / 1000));
    const signature = new Webhook(secret).sign('msg_1', time, payload);
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    return (await verdictOf(app, headers)).reason;
  }

  expect((await verdictOf(app, {})).reason).toBe('missing-header');
  expect((await verdictOf(app, { ...good, 'webhook-id': 'a.b' })).reason).toBe('malformed-id');
  expect((await verdictOf(app, { ...good, 'webhook-timestamp': 'now' })).reason).toBe('malformed-timestamp');
  expect((await verdictOf(app, { ...good, 'webhook-signature': 'v1' })).reason).toBe('malformed-signature');
  expect((await verdictOf(app, good, '\ud800')).reason).toBe('malformed-payload');
  expect((await verdictOf(app, good, 'other')).reason).toBe('no-match');
  expect(await reasonAt(-70)).toBe('too-old');
  expect(await reasonAt(70)).toBe('too-new');
  expect(await reasonAt(-30)).toBeUndefined();
});

test('a body that does not match the schema is refused with 400', async () => {
  const app = await buildTestApp();
  const bodies = {
    '/v1/messages': [
      {},
      { payload: 7 },
      { payload: null },
      { payload, id: 'a.b' },
      { payload, id: '' },
      { payload, timestamp: 1 },
      { payload: '\ud800' },
    ],
    '/v1/messages/verify': [
      { payload },
      { headers: {} },
      { payload, headers: { 'webhook-id': 1 } },
      { payload, headers: {}, secret: 'mine' },
    ],
  };
  for (const [url, wrong] of Object.entries(bodies))
    for (const body of wrong) {
      const { status, body: answer } = await post(app, url, body);
      expect(status, JSON.stringify(body)).toBe(400);
      expect(answer).toMatchObject({ statusCode: 400, error: 'Bad Request', message: expect.any(String) });
    }
});

test('without a key both routes answer 503', async () => {
  const app = await buildTestApp({ KEYS_DIR: await temporaryFolder() });
  expect((await post(app, '/v1/messages', { payload })).status).toBe(503);
  expect((await post(app, '/v1/messages/verify', { payload, headers: {} })).status).toBe(503);
});

test('keys can be rotated while the service runs, without failed verifications', async () => {
  const [old, next] = [newSecret(), newSecret()];
  const volume = await createKeyVolume({ old });
  const app = await buildTestApp({ KEYS_DIR: volume.dir });
  const before = await signMessage(app);

  await volume.swap({ old, new: next });
  const during = await eventually(async () => {
    const headers = await signMessage(app);
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    return headers;
  });
  new Webhook(old).verify(payload, during);
  new Webhook(next).verify(payload, during);
  expect(await verdictOf(app, before)).toEqual({ valid: true, key: 'old' });

  await volume.swap({ new: next });
  await eventually(async () => expect(await verdictOf(app, before)).toMatchObject({ valid: false }));
  expect(await verdictOf(app, before)).toMatchObject({ valid: false, reason: 'no-match' });
  expect(await verdictOf(app, during)).toEqual({ valid: true, key: 'new' });
});
