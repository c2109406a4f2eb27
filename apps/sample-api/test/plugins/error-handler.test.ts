import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { loggerOptions } from '../../src/logger-options.ts';
import errorHandler from '../../src/plugins/error-handler.ts';
import { ServiceError } from '../../src/error.ts';
import { recordLog } from '../build-test-app.ts';

async function answerTo(thrown: unknown) {
  const log = recordLog();
  const app = fastify({ logger: loggerOptions({ LOG_LEVEL: 'info' }, log) });
  onTestFinished(() => app.close());
  await app.register(errorHandler);
  app.get('/', async () => {
    throw thrown;
  });
  const answer = await app.inject('/');
  return { status: answer.statusCode, body: answer.json(), log: log.text() };
}

function withStatus(statusCode: unknown, message = 'canary'): Error {
  return Object.assign(new Error(message), { statusCode });
}

test.each([
  new Error('canary'),
  withStatus(500),
  withStatus(503),
  withStatus(200),
  withStatus('400'),
  withStatus(999),
])('%o is in the log and not in the response', async (error) => {
  const { status, body, log } = await answerTo(error);
  expect(status).toBeGreaterThanOrEqual(500);
  expect(JSON.stringify(body)).not.toContain('canary');
  expect(Object.keys(body)).toEqual(['statusCode', 'error', 'message']);
  expect(log).toContain('canary');
  expect(log).toContain('error-handler.test.ts');
});

test('a response below 500 contains the message, without a stack', async () => {
  const { status, body } = await answerTo(Object.assign(withStatus(409, 'taken'), { code: 'TAKEN' }));
  expect([status, body]).toEqual([
    409,
    { statusCode: 409, error: 'Conflict', message: 'taken', code: 'TAKEN' },
  ]);
});

test('a ServiceError has the status of its code', async () => {
  expect((await answerTo(new ServiceError('invalid-message', 'so'))).status).toBe(400);
  expect((await answerTo(new ServiceError('invalid-secret', 'so'))).status).toBe(500);
});

test.each([null, undefined, 'text', 7, {}])('a thrown %j is answered with 500', async (thrown) => {
  expect((await answerTo(thrown)).status).toBe(500);
});
