import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WebhookHeaders } from '../../src/webhook/message.ts';
import { newSecret, parseSecret } from '../../src/webhook/secret.ts';
import { sign } from '../../src/webhook/sign.ts';
import { verify, type Received } from '../../src/webhook/verify.ts';

const oldKey = { id: 'old', secret: parseSecret(newSecret()) };
const newKey = { id: 'new', secret: parseSecret(newSecret()) };
const foreignKey = { id: 'foreign', secret: parseSecret(newSecret()) };

const now = 1_800_000_000;
const window = { now, tolerance: 300 };
const payload = '{"type":"contact.created"}';

function received(headers: Partial<WebhookHeaders> = {}, keys = [newKey]): Received {
  return { headers: { ...sign({ id: 'msg_1', timestamp: now, payload }, keys), ...headers }, payload };
}

function reasonFor(message: Received, keys = [newKey]): string {
  const verdict = verify(message, keys, window);
  return verdict.valid ? 'valid' : verdict.reason;
}

test('a genuine message is valid, and the verdict names its key', () => {
  expect(verify(received(), [oldKey, newKey], window)).toEqual({ valid: true, key: 'new' });
});

test('during a rotation a message is valid for receivers with either key', () => {
  const both = received({}, [oldKey, newKey]);
  expect(reasonFor(both, [oldKey])).toBe('valid');
  expect(reasonFor(both, [newKey])).toBe('valid');
  expect(reasonFor(received({}, [oldKey]), [oldKey, newKey])).toBe('valid');
});

test('messages of a removed key are refused', () => {
  expect(reasonFor(received({}, [oldKey]), [newKey])).toBe('no-match');
});

test.each([
  [-301, 'too-old'],
  [-300, 'valid'],
  [0, 'valid'],
  [300, 'valid'],
  [301, 'too-new'],
])('a message signed %i seconds from now is %s', (offset, expected) => {
  const headers = sign({ id: 'msg_1', timestamp: now + offset, payload }, [newKey]);
  expect(reasonFor({ headers, payload })).toBe(expected);
});

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const)(
  'a missing %s is reported',
  (name) => {
    const message = received();
    delete message.headers[name];
    expect(reasonFor(message)).toBe('missing-header');
  },
);

test.each(['', 'msg.1', 'msg 1', 'x'.repeat(257)])('the id %j is malformed', (id) => {
  expect(reasonFor(received({ 'webhook-id': id }))).toBe('malformed-id');
});

test.each([
  '',
  'now',
  ` ${now}`,
  `${now} `,
  `+${now}`,
  `0${now}`,
  `-${now}`,
  `${now}.0`,
  '1.8e9',
  '0x1',
  '9'.repeat(13),
])('the timestamp %j is malformed', (timestamp) => {
  expect(reasonFor(received({ 'webhook-timestamp': timestamp }))).toBe('malformed-timestamp');
});

test.each([
  '',
  'v1',
  'v1,',
  'v1,abc',
  `v1a,${'A'.repeat(43)}=`,
  `v1,${'A'.repeat(44)}`,
  `v2,${'A'.repeat(43)}=`,
  '💥',
])('the signature %j is malformed', (signature) => {
  expect(reasonFor(received({ 'webhook-signature': signature }))).toBe('malformed-signature');
});

test('a signature header above the maximum length is malformed', () => {
  const genuine = received().headers['webhook-signature'];
  expect(reasonFor(received({ 'webhook-signature': `${'v2,x '.repeat(900)}${genuine}` }))).toBe(
    'malformed-signature',
  );
});

test('a valid signature is found among signatures of other kinds and keys', () => {
  const genuine = received().headers['webhook-signature'];
  const foreign = received({}, [foreignKey]).headers['webhook-signature'];
  expect(reasonFor(received({ 'webhook-signature': `v1a,AAAA  ${foreign} v9,? ${genuine}` }))).toBe('valid');
});

test('a payload without a UTF-8 form is malformed, even if its transmitted form was signed', () => {
  const headers = sign({ id: 'msg_1', timestamp: now, payload: '\ufffd' }, [newKey]);
  expect(reasonFor({ headers, payload: '\ud800' })).toBe('malformed-payload');
  expect(reasonFor({ headers, payload: '\ufffd' })).toBe('valid');
});

test('a signature does not match a message with the same text split into other parts', () => {
  const headers = sign({ id: 'a', timestamp: now, payload: `${now}.rest` }, [newKey]);
  const recut = { headers: { ...headers, 'webhook-id': `a.${now}` }, payload: 'rest' };
  expect(reasonFor(recut)).toBe('malformed-id');
});

test('a genuine message with any change is not valid', () => {
  const part = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'payload');
  fc.assert(
    fc.property(part, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (name, place, character) => {
      const message = { ...received().headers, payload } as Record<string, string>;
      const genuine = message[name] ?? '';
      const at = place % genuine.length;
      const changed = genuine.slice(0, at) + character + genuine.slice(at + 1);
      fc.pre(changed !== genuine);
      const { payload: text = '', ...headers } = { ...message, [name]: changed };
      expect(reasonFor({ headers, payload: text })).not.toBe('valid');
    }),
  );
});

test('every random message is refused with a reason', () => {
  const { headers: genuine } = received();
  const text = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 40 });
  const headers = fc.record(
    {
      'webhook-id': fc.oneof(text, fc.constant('msg_1')),
      'webhook-timestamp': fc.oneof(text, fc.constant(String(now))),
      'webhook-signature': fc.oneof(text, fc.constant(genuine['webhook-signature'] ?? '')),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(headers, text, (given, body) => {
      expect(reasonFor({ headers: given, payload: body })).toMatch(/^(missing|malformed|too|no)-/);
    }),
  );
});
