import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDevelopmentKey } from '../../src/keys/make-development-key.ts';
import { newSecret, parseSecret } from '../../src/webhook/secret.ts';
import { createKeyFolder, temporaryFolder } from '../key-volume.ts';

test('a missing folder is created with a key that only its owner can read', async () => {
  const dir = join(await temporaryFolder(), '.slipway', 'keys');
  const file = await makeDevelopmentKey(dir);
  expect(file).toBe(join(dir, 'development'));
  expect(parseSecret(await readFile(join(dir, 'development'), 'utf8')).symmetricKeySize).toBe(32);
  expect((await stat(join(dir, 'development'))).mode & 0o777).toBe(0o600);
});

test('a second run creates no key', async () => {
  const dir = await temporaryFolder();
  await makeDevelopmentKey(dir);
  const before = await readFile(join(dir, 'development'), 'utf8');
  expect(await makeDevelopmentKey(dir)).toBeUndefined();
  expect(await readFile(join(dir, 'development'), 'utf8')).toBe(before);
});

test('a folder with a key is not changed', async () => {
  const dir = await createKeyFolder({ mine: newSecret() });
  expect(await makeDevelopmentKey(dir)).toBeUndefined();
  await expect(stat(join(dir, 'development'))).rejects.toThrow('ENOENT');
});
