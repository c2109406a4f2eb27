import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ServiceError } from '../error.ts';
import { COMMON_ERRORS } from '../schemas/http-error.ts';
import { SignRequest, SignResponse, VerifyRequest, VerifyResponse } from '../schemas/message.ts';
import { newMessageId } from '../webhook/message.ts';
import { sign } from '../webhook/sign.ts';
import { verify } from '../webhook/verify.ts';

/** Signs outgoing messages and verifies received messages. Both require at least one key. */
export const messageRoutes: FastifyPluginAsyncTypebox<{ toleranceSeconds: number }> = async (
  app,
  { toleranceSeconds: tolerance },
) => {
  const config = { rateLimit: {} };

  function activeKeys() {
    const { keys } = app.keyRing;
    if (keys.length === 0)
      throw new ServiceError('no-signing-key', 'no signing key exists; add one to KEYS_DIR');
    return keys;
  }

  app.post(
    '/v1/messages',
    {
      config,
      schema: {
        operationId: 'signMessage',
        summary: 'Sign a message with every active key and the current time',
        body: SignRequest,
        response: { 200: SignResponse, ...COMMON_ERRORS },
      },
    },
    async ({ body }) => {
      const message = { id: body.id ?? newMessageId(), timestamp: nowInSeconds(), payload: body.payload };
      return { headers: sign(message, activeKeys()) };
    },
  );

  app.post(
    '/v1/messages/verify',
    {
      config,
      schema: {
        operationId: 'verifyMessage',
        summary: 'Check whether a received message is genuine and fresh',
        body: VerifyRequest,
        response: { 200: VerifyResponse, ...COMMON_ERRORS },
      },
    },
    async ({ body }) => verify(body, activeKeys(), { now: nowInSeconds(), tolerance }),
  );
};

function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
