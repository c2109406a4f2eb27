import * as Type from 'typebox';
import { MESSAGE_ID } from '../webhook/message.ts';
import { REFUSALS, type Refusal } from '../webhook/verify.ts';

const payload = Type.String({
  description:
    'The exact body of the message. Every character is significant: do not parse and reserialise it.',
  examples: ['{"type":"contact.created","data":{"id":"1f81eb52"}}'],
});

const headers = {
  'webhook-id': Type.String({ description: 'The id of the message, equal for all retries.' }),
  'webhook-timestamp': Type.String({ description: 'When this attempt was signed, in seconds since 1970.' }),
  'webhook-signature': Type.String({ description: 'One `v1,<base64>` per active key, separated by spaces.' }),
};

/** A message to sign. For replay protection, the service itself sets the timestamp to the current time. */
export const SignRequest = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: MESSAGE_ID,
        description:
          'Visible ASCII without a full stop. For a retry, pass the id of the first attempt; omit it to get a new id.',
        examples: ['msg_2KWPBgLlAfxdpx2AI54pPJ85f4W'],
      }),
    ),
    payload,
  },
  { additionalProperties: false },
);

export const SignResponse = Type.Object({
  headers: Type.Object(headers, { description: 'Send these headers with the payload.' }),
});

/** A received message. Other headers are ignored, so a receiver can pass on all of its headers. */
export const VerifyRequest = Type.Object(
  {
    payload,
    headers: Type.Partial(Type.Object(headers), {
      description: 'The received headers, with lower-case names. Other headers are ignored.',
    }),
  },
  { additionalProperties: false },
);

export const VerifyResponse = Type.Union([
  Type.Object({
    valid: Type.Literal(true),
    key: Type.String({ description: 'The id of the key that signed the message.' }),
  }),
  Type.Object({
    valid: Type.Literal(false),
    reason: Type.Enum(Object.keys(REFUSALS) as Refusal[], { description: 'The reason, for programs.' }),
    message: Type.String({ description: 'The reason, for people.' }),
  }),
]);
