import * as Type from 'typebox';
import { MESSAGE_ID } from '../webhook/message.ts';
import { REFUSALS, type Refusal } from '../webhook/verify.ts';

const payload = Type.String({
  description:
    'The exact body, as it is or was sent. Every character counts: do not parse it and print it again.',
  examples: ['{"type":"contact.created","data":{"id":"1f81eb52"}}'],
});

const headers = {
  'webhook-id': Type.String({ description: 'The id of the message; the same for each retry.' }),
  'webhook-timestamp': Type.String({ description: 'When this attempt was signed, in seconds since 1970.' }),
  'webhook-signature': Type.String({ description: 'One `v1,<base64>` per active key, separated by spaces.' }),
};

/** What to sign. There is no time in it: the service signs for now, or the window against replay would mean nothing. */
export const SignRequest = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: MESSAGE_ID,
        description:
          'Visible ASCII without a full stop. Give the id of the first attempt when you retry; leave it out for a new one.',
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

/** What came in. Other headers may be there too and are ignored, so a receiver can pass on all of them. */
export const VerifyRequest = Type.Object(
  {
    payload,
    headers: Type.Partial(Type.Object(headers), {
      description: 'The headers received. Names are lower case; others are ignored.',
    }),
  },
  { additionalProperties: false },
);

export const VerifyResponse = Type.Union([
  Type.Object({
    valid: Type.Literal(true),
    key: Type.String({ description: 'The id of the key that signed.' }),
  }),
  Type.Object({
    valid: Type.Literal(false),
    reason: Type.Enum(Object.keys(REFUSALS) as Refusal[], { description: 'Why, for programs.' }),
    message: Type.String({ description: 'Why, for people.' }),
  }),
]);
