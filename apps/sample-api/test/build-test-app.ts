import { onTestFinished } from 'vitest';
import { buildApp, type App } from '../src/app.ts';
import type { LogStream } from '../src/logger-options.ts';
import { readSettings, type Settings } from '../src/settings.ts';
import { newSecret } from '../src/webhook/secret.ts';
import { createKeyFolder } from './key-volume.ts';

/** Settings for tests: no log, and no refused requests if the machine is busy. */
export function testSettings(env: NodeJS.ProcessEnv): Settings {
  return readSettings({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    MAX_EVENT_LOOP_DELAY_MS: '0',
    ...env,
  });
}

/** An app that closes after its test. Unless KEYS_DIR is given, it has one random key, `first`. */
export async function buildTestApp(env: NodeJS.ProcessEnv = {}, log?: LogStream): Promise<App> {
  const KEYS_DIR = env.KEYS_DIR ?? (await createKeyFolder({ first: newSecret() }));
  const app = await buildApp(testSettings({ ...env, KEYS_DIR }), log);
  onTestFinished(() => app.close());
  return app;
}

/** A log that records its lines. */
export function recordLog(): LogStream & { text(): string; lines(): Record<string, unknown>[] } {
  let text = '';
  return {
    write: (line) => void (text += line),
    text: () => text,
    lines: () =>
      text
        .trimEnd()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
