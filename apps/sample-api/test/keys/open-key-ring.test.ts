import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openKeyRing, type KeyRing } from '../../src/keys/open-key-ring.ts';
import { newSecret } from '../../src/webhook/secret.ts';
import { createKeyFolder, createKeyVolume, temporaryFolder, writeWhole } from '../key-volume.ts';
import { eventually } from '../eventually.ts';

/** So long that only file events can trigger a read. */
const NO_POLL = 3_600_000;

interface LogLine {
  level: 'info' | 'error';
  facts: object;
}

async function openRing(dir: string, pollMs = NO_POLL): Promise<{ ring: KeyRing; lines: LogLine[] }> {
  const lines: LogLine[] = [];
  const log = {
    info: (facts: object) => void lines.push({ level: 'info', facts }),
    error: (facts: object) => void lines.push({ level: 'error', facts }),
  };
  const ring = await openKeyRing({ dir, pollMs, log });
  onTestFinished(() => ring.close());
  return { ring, lines };
}

function ids(ring: KeyRing): string[] {
  return ring.keys.map(({ id }) => id);
}

async function seen(ring: KeyRing, expected: string[]): Promise<void> {
  await eventually(() => expect(ids(ring)).toEqual(expected));
}

test('a swap of the volume is detected by file events', async () => {
  const [old, next] = [newSecret(), newSecret()];
  const volume = await createKeyVolume({ old });
  const { ring, lines } = await openRing(volume.dir);
  expect(ids(ring)).toEqual(['old']);

  await volume.swap({ new: next, old });
  await seen(ring, ['new', 'old']);
  await volume.swap({ new: next });
  await seen(ring, ['new']);
  expect(lines).toEqual([
    { level: 'info', facts: { keys: ['old'] } },
    { level: 'info', facts: { keys: ['new', 'old'] } },
    { level: 'info', facts: { keys: ['new'] } },
  ]);
});

test('a folder that is created later is detected by polling, and its changes by events', async () => {
  const dir = join(await temporaryFolder(), 'late');
  const { ring, lines } = await openRing(dir, 100);
  expect(ids(ring)).toEqual([]);
  expect(lines).toEqual([expect.objectContaining({ level: 'error' })]);

  await mkdir(dir);
  await writeWhole(join(dir, 'first'), newSecret());
  await seen(ring, ['first']);
});

test('a folder that is deleted and created again is followed, and the last keys stay in use meanwhile', async () => {
  const dir = await createKeyFolder({ first: newSecret() });
  const { ring } = await openRing(dir, 100);

  await rm(dir, { recursive: true });
  await eventually(() => expect(ring.problems).toHaveLength(1));
  expect(ids(ring)).toEqual(['first']);

  await mkdir(dir);
  await writeWhole(join(dir, 'second'), newSecret());
  await seen(ring, ['second']);
});

test('a half-written key is logged once by name, and the last valid keys stay in use', async () => {
  const first = newSecret();
  const dir = await createKeyFolder({ first });
  const { ring, lines } = await openRing(dir, 20);
  const secret = newSecret();

  await writeWhole(join(dir, 'second'), secret.slice(0, 21));
  await eventually(() => expect(ring.problems).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(ids(ring)).toEqual(['first']);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([
    {
      level: 'error',
      facts: { problems: [{ file: 'second', reason: expect.stringContaining('base64') }], keys: ['first'] },
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain(secret.slice(6, 21));

  await writeWhole(join(dir, 'second'), secret);
  await seen(ring, ['first', 'second']);
  expect(ring.problems).toEqual([]);
  expect(lines.at(-1)).toEqual({ level: 'info', facts: { problems: [], keys: ['first', 'second'] } });
});

test('with an empty volume, the last valid keys stay in use', async () => {
  const volume = await createKeyVolume({ first: newSecret() });
  const { ring } = await openRing(volume.dir);
  await volume.swap({});
  await eventually(() => expect(ring.problems).toEqual([{ file: volume.dir, reason: 'it contains no key' }]));
  expect(ids(ring)).toEqual(['first']);
});

test('a closed key ring does not follow changes', async () => {
  const volume = await createKeyVolume({ first: newSecret() });
  const { ring } = await openRing(volume.dir, 20);
  ring.close();
  await volume.swap({ second: newSecret() });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(ids(ring)).toEqual(['first']);
});
