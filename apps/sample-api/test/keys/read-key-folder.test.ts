import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readKeyFolder } from '../../src/keys/read-key-folder.ts';
import { newSecret, parseSecret } from '../../src/webhook/secret.ts';
import { createKeyFolder, createKeyVolume, temporaryFolder } from '../key-volume.ts';

test('a plain folder gives one key per file, sorted by name', async () => {
  const [one, two] = [newSecret(), newSecret()];
  const { keys, problems } = await readKeyFolder(await createKeyFolder({ b: `${two}\n`, a: one }));
  expect(problems).toEqual([]);
  expect(keys.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(keys[0]?.secret.equals(parseSecret(one))).toBe(true);
  expect(keys[1]?.secret.equals(parseSecret(two))).toBe(true);
});

test('a Secret volume gives the keys of its current version', async () => {
  const volume = await createKeyVolume({ old: newSecret() });
  await volume.swap({ new: newSecret() });
  const { keys, problems } = await readKeyFolder(volume.dir);
  expect(problems).toEqual([]);
  expect(keys.map(({ id }) => id)).toEqual(['new']);
});

test('names that start with a full stop are ignored', async () => {
  const dir = await createKeyFolder({ key: newSecret(), '.hidden': 'nothing', '..2026': 'nothing' });
  const { keys, problems } = await readKeyFolder(dir);
  expect([keys.length, problems]).toEqual([1, []]);
});

test('invalid files are reported with their reasons, and the valid keys are read', async () => {
  const dir = await createKeyFolder({
    good: newSecret(),
    half: newSecret().slice(0, 20),
    long: 'x'.repeat(1025),
  });
  await mkdir(join(dir, 'folder'));
  const { keys, problems } = await readKeyFolder(dir);
  expect(keys.map(({ id }) => id)).toEqual(['good']);
  expect(problems).toEqual([
    { file: 'folder', reason: 'it is not a file' },
    { file: 'half', reason: expect.stringContaining('not complete base64') },
    { file: 'long', reason: 'it has 1025 bytes, too many for a key' },
  ]);
});

test('a pipe is refused without reading from it', async () => {
  const dir = await createKeyFolder({ good: newSecret() });
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  expect((await readKeyFolder(dir)).problems).toEqual([{ file: 'pipe', reason: 'it is not a file' }]);
});

test('a volume without files gives no key', async () => {
  const volume = await createKeyVolume({ key: newSecret() });
  await volume.swap({});
  expect((await readKeyFolder(volume.dir)).keys).toEqual([]);
});

test('a missing folder or a file instead of a folder is a problem', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'file'), '');
  for (const [name, reason] of [
    ['missing', 'ENOENT'],
    ['file', 'ENOTDIR'],
  ] as const) {
    const { keys, problems } = await readKeyFolder(join(dir, name));
    expect(keys).toEqual([]);
    expect(problems).toEqual([{ file: join(dir, name), reason: expect.stringContaining(reason) }]);
  }
});

test('two versions of a volume are never mixed if it is swapped while it is read', async () => {
  const volume = await createKeyVolume({ a: newSecret() });
  let swapping = true;
  async function swapOften(): Promise<void> {
    for (let count = 0; count < 60; count++) {
      const shared = newSecret();
      await volume.swap({ a: shared, b: shared, c: shared });
    }
    swapping = false;
  }

  const swaps = swapOften();
  let wholeReads = 0;
  while (swapping) {
    const { keys, problems } = await readKeyFolder(volume.dir);
    const [first] = keys;
    if (problems.length === 0 && keys.length === 3) wholeReads++;
    expect(keys.every(({ secret }) => first?.secret.equals(secret))).toBe(true);
  }
  await swaps;
  expect(wholeReads).toBeGreaterThan(0);
  expect((await readKeyFolder(volume.dir)).problems).toEqual([]);
});
