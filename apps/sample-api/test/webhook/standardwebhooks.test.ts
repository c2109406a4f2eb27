import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { parseSecret } from '../../src/webhook/secret.ts';
import { sign } from '../../src/webhook/sign.ts';
import { verify } from '../../src/webhook/verify.ts';

// Interoperability with the library of the Standard Webhooks project.

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
const payload = fc
  .string({ unit: fc.nat(0x10ffff).map((code) => String.fromCodePoint(code)) })
  .map((text) => text.toWellFormed());
const secret = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);

function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

test('the library accepts messages signed by this service', () => {
  fc.assert(
    fc.property(id, payload, secret, (messageId, text, written) => {
      const message = { id: messageId, timestamp: nowInSeconds(), payload: text };
      const headers = sign(message, [{ id: 'key', secret: parseSecret(written) }]);
      new Webhook(written).verify(text, { ...headers }, { jsonParse: false });
    }),
  );
});

test('this service accepts messages signed by the library', () => {
  fc.assert(
    fc.property(id, payload, secret, (messageId, text, written) => {
      const now = nowInSeconds();
      const headers = {
        'webhook-id': messageId,
        'webhook-timestamp': String(now),
        'webhook-signature': new Webhook(written).sign(messageId, new Date(now * 1000), text),
      };
      const keys = [{ id: 'key', secret: parseSecret(written) }];
      expect(verify({ headers, payload: text }, keys, { now, tolerance: 300 })).toEqual({
        valid: true,
        key: 'key',
      });
    }),
  );
});

test('during a rotation the library accepts both keys, and no other key', () => {
  fc.assert(
    fc.property(
      id,
      payload,
      fc.uniqueArray(secret, { minLength: 3, maxLength: 3 }),
      (messageId, text, written) => {
        const [before = '', after = '', foreign = ''] = written;
        const keys = [before, after].map((one, index) => ({ id: `key-${index}`, secret: parseSecret(one) }));
        const headers = { ...sign({ id: messageId, timestamp: nowInSeconds(), payload: text }, keys) };
        new Webhook(before).verify(text, headers, { jsonParse: false });
        new Webhook(after).verify(text, headers, { jsonParse: false });
        expect(() => new Webhook(foreign).verify(text, headers, { jsonParse: false })).toThrow(
          'No matching signature',
        );
      },
    ),
  );
});
