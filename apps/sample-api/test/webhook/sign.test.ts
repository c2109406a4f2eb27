import { expect, test } from 'vitest';
import { sign } from '../../src/webhook/sign.ts';
import { newMessageId } from '../../src/webhook/message.ts';
import { newSecret, parseSecret } from '../../src/webhook/secret.ts';

const message = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  payload: '{"test": 2432232314}',
};
const first = { id: 'first', secret: parseSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') };
const second = { id: 'second', secret: parseSecret(newSecret()) };

test('the signature equals the reference vector of the Standard Webhooks libraries', () => {
  expect(sign(message, [first])).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('a message has one signature per key, in the order of the keys', () => {
  const alone = [first, second].map((key) => sign(message, [key])['webhook-signature']);
  expect(sign(message, [first, second])['webhook-signature']).toBe(alone.join(' '));
});

test.each(['', 'with.stop', 'with blank', 'ünicode', 'line\nbreak', 'x'.repeat(257)])(
  'the id %j is refused',
  (id) => {
    expect(() => sign({ ...message, id }, [first])).toThrow(
      expect.objectContaining({ code: 'invalid-message' }),
    );
  },
);

test('a payload without a UTF-8 form is refused', () => {
  expect(() => sign({ ...message, payload: 'half \ud83d of a pair' }, [first])).toThrow(/surrogate pair/);
  expect(sign({ ...message, payload: 'a whole 😀 pair' }, [first])['webhook-signature']).toMatch(/^v1,/);
});

test('a new message id can be signed', () => {
  const id = newMessageId();
  expect(id).toMatch(/^msg_[0-9a-f]{32}$/);
  expect(sign({ ...message, id }, [first])['webhook-id']).toBe(id);
});
