import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { imageCommands } from '../../src/cli.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { updateBaseLock } from '../../src/base/update-base-lock.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry } from '../support/fake-registry.ts';
import { smallImage } from '../support/small-image.ts';
import { writeFiles } from '../support/temp-folder.ts';

const credentials = async () => undefined;
const none = `sha256:${'0'.repeat(64)}`;

/** A registry with a base under a moving tag. */
async function publicBase() {
  const [registry, image] = [await fakeRegistry(), await smallImage()];
  const to = `${registry.host}/base/node`;
  await pushImage({ layout: image.layout, blobs: image.blobs, to, tags: ['nonroot'], credentials });
  return { registry, image, to };
}

test('an update sets the digest of the tag and of all platforms, and keeps the comment of the lock', async () => {
  const { image, to } = await publicBase();
  const text = `# Why this base.\nname: ${to}\ntag: nonroot\ndigest: ${none}\nplatforms: {} # none yet\n`;
  await writeFiles(image.folder, { 'base.lock.yaml': text });
  const file = join(image.folder, 'base.lock.yaml');
  const printed: string[] = [];
  const update = () =>
    imageCommands({
      print: (line) => printed.push(line),
      parseYaml: (yaml) => parse(yaml) as unknown,
    }).parseAsync(['base', 'update', file], { from: 'user' });
  await update();
  expect(printed[0]).toContain(`${none} -> ${image.result.digest}`);
  const moved = await readFile(file, 'utf8');
  expect(moved).toMatch(/^# Why this base.\nname: /);
  expect(parse(moved)).toEqual({
    name: to,
    tag: 'nonroot',
    digest: image.result.digest,
    resolved: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    platforms: { 'linux/amd64': image.result.platforms[0]?.digest },
  });
  await update();
  expect(printed[1]).toContain(`${image.result.digest} is still the digest of the tag`);
  expect(await readFile(file, 'utf8')).toBe(moved);
});

test('a new lock has only a name and a tag; after an update, images can be built on it', async () => {
  const { image, to } = await publicBase();
  const file = join(image.folder, 'base.lock.json');
  await writeFiles(image.folder, { 'base.lock.json': JSON.stringify({ name: to, tag: 'nonroot' }) });
  const printed: string[] = [];
  const run = (...args: string[]) =>
    imageCommands({ print: (line) => printed.push(line) }).parseAsync(args, { from: 'user' });
  const build = ['build', image.bundle, '--output', join(image.folder, 'built'), '--base-lock', file];
  const early = await failureOf(run(...build));
  expect([early.code, early.value]).toEqual(['document-invalid', `the base lock "${file}"`]);
  await run('base', 'update', file);
  expect(printed).toEqual([`${to}:nonroot  new -> ${image.result.digest}`]);
  await run(...build, '--blobs', image.blobs, '--platform', 'linux/amd64', '--json');
  expect(JSON.parse(printed[1] ?? '').base).toMatchObject({ name: to, digest: image.result.digest });
});

test('a tag of a single manifest gives one platform; a lock without a tag cannot be updated', async () => {
  const { registry, image, to } = await publicBase();
  const manifest = registry.manifests.get(`base/node@${image.result.platforms[0]?.digest}`);
  if (manifest) registry.manifests.set('base/node:single', manifest);
  const lock = { name: to, tag: 'single', digest: none };
  const { lock: next, changed } = await updateBaseLock({ lock, day: '2026-01-01', credentials });
  const digest = `sha256:${createHash('sha256')
    .update(manifest?.bytes ?? '')
    .digest('hex')}`;
  expect([next.digest, next.platforms, changed]).toEqual([digest, { 'linux/amd64': digest }, true]);
  const untagged = { name: to, digest: none };
  expect((await failureOf(updateBaseLock({ lock: untagged, day: '', credentials }))).code).toBe(
    'invalid-input',
  );
});
