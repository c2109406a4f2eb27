import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { buildTestApp } from '../build-test-app.ts';

test('name and version are those of the package', async () => {
  const app = await buildTestApp();
  expect((await app.inject('/version')).json()).toEqual({ name: 'sample-api', version: manifest.version });
});

test('a revision is told where the environment gives one', async () => {
  const app = await buildTestApp({ REVISION: '4f2a9c1' });
  expect((await app.inject('/version')).json()).toHaveProperty('revision', '4f2a9c1');
});
