import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { buildTestApp } from '../build-test-app.ts';

test('name and version are from package.json', async () => {
  const app = await buildTestApp();
  expect((await app.inject('/version')).json()).toEqual({ name: 'sample-api', version: manifest.version });
});

test('the revision is shown if the environment sets it', async () => {
  const app = await buildTestApp({ REVISION: '4f2a9c1' });
  expect((await app.inject('/version')).json()).toHaveProperty('revision', '4f2a9c1');
});
