import { expect, test } from 'vitest';
import { newSecret } from '../../src/webhook/secret.ts';
import { buildTestApp } from '../build-test-app.ts';
import { createKeyFolder } from '../key-volume.ts';

test('the keys are listed with their ids and ages only', async () => {
  const app = await buildTestApp({ KEYS_DIR: await createKeyFolder({ b: newSecret(), a: newSecret() }) });
  const answer = await app.inject('/v1/keys');
  expect(answer.statusCode).toBe(200);
  const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(answer.json()).toEqual({
    keys: [
      { id: 'a', since, ageSeconds: expect.any(Number) },
      { id: 'b', since, ageSeconds: expect.any(Number) },
    ],
  });
});
