import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { loggerOptions } from '../src/logger-options.ts';
import { recordLog } from './build-test-app.ts';

function buildLogged(level: 'info' | 'warn' = 'info') {
  const log = recordLog();
  const app = fastify({ logger: loggerOptions({ LOG_LEVEL: level }, log) });
  onTestFinished(() => app.close());
  app.get('/', async () => 'hello');
  return { app, log };
}

test('a request is logged with method, path and address, without query and headers', async () => {
  const { app, log } = buildLogged();
  await app.inject({ url: '/?token=canary', headers: { authorization: 'canary', 'x-own': 'canary' } });
  const [line] = log.lines();
  expect(line).toMatchObject({ req: { method: 'GET', path: '/', remoteAddress: '127.0.0.1' } });
  expect(log.text()).not.toContain('canary');
});

test.each(['authorization', 'cookie', 'set-cookie', 'webhook-signature', 'secret', 'password', 'token'])(
  '%s is redacted at every level that a line usually has',
  (field) => {
    const { app, log } = buildLogged();
    app.log.info({
      [field]: 'canary',
      headers: { [field]: 'canary' },
      request: { headers: { [field]: 'canary' } },
    });
    expect(log.text()).not.toContain('canary');
    expect(log.text().match(/\[redacted\]/g)).toHaveLength(3);
  },
);

test('lines below the level are not written', async () => {
  const { app, log } = buildLogged('warn');
  app.log.info('quiet');
  app.log.warn('loud');
  expect(log.lines()).toEqual([expect.objectContaining({ level: 40, msg: 'loud' })]);
});
