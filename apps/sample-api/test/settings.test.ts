import { expect, test } from 'vitest';
import { ServiceError } from '../src/error.ts';
import { readSettings, SettingsSchema } from '../src/settings.ts';

function problemsOf(env: NodeJS.ProcessEnv): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'invalid-settings') return error.message;
    throw error;
  }
  return '';
}

test('the key folder is the only required setting', () => {
  expect(readSettings({ KEYS_DIR: '/keys' })).toEqual({
    NODE_ENV: 'production',
    HOST: '0.0.0.0',
    PORT: 8080,
    LOG_LEVEL: 'info',
    KEYS_DIR: '/keys',
    KEYS_POLL_MS: 30_000,
    TOLERANCE_SECONDS: 300,
    TRUST_PROXY: '',
    BODY_LIMIT_BYTES: 262_144,
    RATE_LIMIT_PER_MINUTE: 6000,
    MAX_CONNECTIONS: 2048,
    MAX_EVENT_LOOP_DELAY_MS: 250,
    HEADERS_TIMEOUT_MS: 5000,
    REQUEST_TIMEOUT_MS: 15_000,
    DRAIN_DELAY_MS: 10_000,
    CLOSE_TIMEOUT_MS: 10_000,
  });
});

test('the key folder has a default in development and none in production', () => {
  expect(problemsOf({})).toContain('KEYS_DIR is not set and has no default');
  expect(readSettings({ NODE_ENV: 'development' }).KEYS_DIR).toBe('.slipway/keys');
  expect(readSettings({ NODE_ENV: 'development', KEYS_DIR: '/mine' }).KEYS_DIR).toBe('/mine');
});

test('all invalid settings are reported at once, each with its value and its rule', () => {
  const problems = problemsOf({ PORT: 'http', LOG_LEVEL: 'loud', TOLERANCE_SECONDS: '0', KEYS_DIR: '' });
  expect(problems.split('\n')).toHaveLength(5);
  expect(problems).toContain('PORT is "http" but must be integer');
  expect(problems).toContain('LOG_LEVEL is "loud" but must be one of fatal, error, warn');
  expect(problems).toContain('TOLERANCE_SECONDS is "0" but must be >= 1');
  expect(problems).toContain('KEYS_DIR is "" but must NOT have fewer than 1 characters');
});

test.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '10.0.0.0/8, 192.168.0.0/16'])(
  'the proxies %j are accepted',
  (TRUST_PROXY) => {
    expect(readSettings({ KEYS_DIR: '/keys', TRUST_PROXY }).TRUST_PROXY).toBe(TRUST_PROXY);
  },
);

test.each([
  'true',
  '1',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  'proxy.example',
  '10.0.0.1,,10.0.0.2',
  '*',
])('the proxies %j are refused', (TRUST_PROXY) => {
  expect(problemsOf({ KEYS_DIR: '/keys', TRUST_PROXY })).toContain('TRUST_PROXY is');
});

test('other variables are left out', () => {
  expect(readSettings({ KEYS_DIR: '/keys', HOME: '/root' })).not.toHaveProperty('HOME');
});

test('every setting has a description', () => {
  for (const [name, setting] of Object.entries(SettingsSchema.properties)) {
    expect(setting, name).toHaveProperty('description', expect.stringMatching(/\.$/));
  }
});
