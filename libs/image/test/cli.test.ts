import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildImage } from '../src/build/build-image.ts';
import { imageCommands, imageExitCode } from '../src/cli.ts';
import { progressNotes } from '../src/commands/progress-notes.ts';
import { ImageError, type ImageErrorCode } from '../src/error.ts';
import { failureOf } from './support/failure-of.ts';
import { smallImage } from './support/small-image.ts';
import { writeFiles } from './support/temp-folder.ts';

/** Runs a subcommand in this process and returns its output. */
async function run(args: string[]): Promise<string> {
  const printed: string[] = [];
  const command = imageCommands({ print: (text) => printed.push(text), note: () => undefined });
  await command.parseAsync(args, { from: 'user' });
  return printed.join('\n');
}

describe('the subcommands', () => {
  test('push, inspect, export and unpack print text or, with --json, JSON', async () => {
    const { layout, blobs, folder, result } = await smallImage();
    const to = `oci:${join(folder, 'repository')}`;
    expect(await run(['push', layout, '--blobs', blobs, '--to', to, '--tag', 'v1', '--tag', 'v2'])).toContain(
      '5 blobs',
    );
    expect(await run(['push', layout, '--blobs', blobs, '--to', to, '--tag', 'v1'])).toContain(
      'already exists, 0 bytes',
    );
    expect(JSON.parse(await run(['push', layout, '--blobs', blobs, '--to', to, '--json']))).toMatchObject({
      existed: true,
    });
    const table = await run(['inspect', layout, '--blobs', blobs, '--files']);
    expect(table).toMatch(/^LAYER +DIGEST +BYTES +ENTRIES$/m);
    expect(table).toMatch(/^app +0444 +20 +\/app\/main.mjs$/m);
    expect(JSON.parse(await run(['inspect', layout, '--blobs', blobs, '--json'])).digest).toBe(result.digest);
    expect(await run(['export', layout, '--blobs', blobs, '--output', join(folder, 'x.tar')])).toContain(
      result.digest,
    );
    expect(await run(['unpack', layout, '--blobs', blobs, '--output', join(folder, 'root')])).toContain(
      '/app/main.mjs',
    );
    expect(await readFile(join(folder, 'root/app/main.mjs'), 'utf8')).toContain('hello');
  });

  test('copy takes an image by its digest and prints the number of sent bytes', async () => {
    const { layout, blobs, folder, result } = await smallImage();
    const [from, to] = [`oci:${layout}@${result.digest}`, `oci:${join(folder, 'copy')}`];
    expect(await run(['copy', from, to, '--blobs', blobs, '--tag', 'v1'])).toMatch(/ copied, .* in 5 blobs$/);
    expect(await run(['copy', from, to, '--blobs', blobs])).toContain('already exists, 0 bytes');
    const again = JSON.parse(await run(['copy', from, to, '--blobs', blobs, '--json']));
    expect(again).toMatchObject({ digest: result.digest, existed: true, referrers: 0 });
    expect((await failureOf(run(['copy', `oci:${layout}`, to]))).code).toBe('invalid-input');
  });

  test('ls lists tags with digests, and diff lists the changes, as text and JSON', async () => {
    const { bundle, base, layout, blobs, folder, result } = await smallImage();
    const place = `oci:${join(folder, 'repository')}`;
    await run(['push', layout, '--blobs', blobs, '--to', place, '--tag', 'v1']);
    expect(await run(['ls', place])).toBe(`TAG  DIGEST\nv1   ${result.digest}`);
    expect(JSON.parse(await run(['ls', place, '--json']))).toEqual([{ tag: 'v1', digest: result.digest }]);
    await writeFiles(bundle, { 'main.mjs': 'changed', 'more.mjs': 'added' });
    await buildImage({ bundle, output: join(folder, 'next'), base, name: 'small' });
    const diff = ['diff', `${place}@${result.digest}`, join(folder, 'next'), '--blobs', blobs];
    const text = await run(diff);
    expect(text).toMatch(/^app +\d+ +\d+ +1 +0 +1$/m);
    expect(text).toMatch(/^app +changed +20 +7 +\/app\/main.mjs$/m);
    expect(text).toMatch(/^app +added +0 +5 +\/app\/more.mjs$/m);
    expect(JSON.parse(await run([...diff, '--json']))).toMatchObject({ before: result.digest });
    expect(await run(['diff', layout, layout])).toBe(`both images are ${result.digest}`);
  });

  test('build refuses a platform that the embedded base does not support', async () => {
    const { bundle, folder } = await smallImage();
    const args = ['build', bundle, '--output', join(folder, 'other'), '--platform', 'linux/s390x'];
    const failure = await failureOf(run(args));
    expect([failure.code, failure.value]).toEqual(['invalid-input', 'linux/s390x']);
    expect(failure.message).toContain('name a base lock');
  });

  test('build prints the result of build and push in one document', async () => {
    const { bundle, folder } = await smallImage();
    const args = ['build', bundle, '--output', join(folder, 'built'), '--blobs', join(folder, 'base')];
    const to = [`oci:${join(folder, 'one')}`, `oci:${join(folder, 'two')}`] as const;
    const { digest, pushed } = JSON.parse(await run([...args, '--json', '--to', to[0], '--to', to[1]]));
    expect(pushed).toMatchObject(to.map((repository) => ({ repository, digest, existed: false })));
    expect(await run([...args, '--to', to[0]])).toContain(`${to[0]}@${digest} already exists`);
  });

  test('build does not pack the folder of base blobs', async () => {
    const { bundle, folder } = await smallImage();
    const blobs = join(bundle, '.slipway/blobs');
    const failure = await failureOf(run(['build', bundle, '--output', join(folder, 'o'), '--blobs', blobs]));
    expect([failure.code, failure.value]).toEqual(['invalid-input', blobs]);
    expect(existsSync(blobs)).toBe(false);
  });

  test('the progress of a long upload is noted every five seconds, with the sent bytes', () => {
    let ms = 0;
    const [notes, blob] = [[] as string[], { repository: 'r.example/app', digest: 'sha256:1', size: 40 }];
    const onProgress = progressNotes(
      (text) => notes.push(text),
      () => ms,
    );
    for (const [second, sent] of [10, 20, 30, 40].entries()) {
      ms = 3_000 * second;
      onProgress({ ...blob, sent, state: 'uploading' });
    }
    onProgress({ ...blob, sent: 40, state: 'uploaded' });
    expect(notes).toEqual([
      'uploading  sha256:1  30 of 40  r.example/app',
      'uploaded   sha256:1  40  r.example/app',
    ]);
  });

  test('build reports invalid repositories, tags and locks before it builds', async () => {
    const { bundle, folder } = await smallImage();
    const output = join(folder, 'unbuilt');
    await writeFiles(folder, {
      'lock.json': `{"name":"r.example/base","digest":"sha256:${'0'.repeat(64)}","tga":"v1","extra":1}`,
      'lock.yaml': 'name: r.example/base',
    });
    const wrong = async (...flags: string[]) =>
      failureOf(run(['build', bundle, '--output', output, ...flags]));
    expect((await wrong('--to', 'r.example/app:v1')).value).toBe('r.example/app:v1');
    expect((await wrong('--to', 'r.example/app', '--tag', 'no tag')).value).toBe('no tag');
    expect((await wrong('--tag', 'v1')).message).toContain('name it with --to');
    const lock = await wrong('--base-lock', join(folder, 'lock.json'));
    expect(lock.message).toContain(`"${join(folder, 'lock.json')}"`);
    expect(lock.message).toContain('must not have additional properties: tga, extra');
    expect((await wrong('--base-lock', join(folder, 'lock.yaml'))).message).toContain('reads JSON');
    expect((await wrong('--base-lock', join(folder, 'none'))).message).toContain('(ENOENT)');
    expect(existsSync(output)).toBe(false);
  });

  test('refuse labels, deadlines and locks that cannot be read', async () => {
    const build = ['build', '/nonexistent', '--output', '/nonexistent/out'];
    expect((await failureOf(run([...build, '--label', 'novalue']))).value).toBe('novalue');
    expect((await failureOf(run(['push', 'x', '--to', 'oci:y', '--deadline', 'soon']))).value).toBe('soon');
    expect((await failureOf(run([...build, '--base-lock', '/nonexistent/lock']))).code).toBe('invalid-input');
  });

  test.each<[ImageErrorCode, number]>([
    ['network', 1],
    ['write-failed', 1],
    ['digest-mismatch', 1],
    ['invalid-input', 2],
    ['secret-refused', 3],
    ['bundle-refused', 3],
    ['output-refused', 3],
    ['tag-immutable', 3],
    ['address-refused', 3],
  ])('end after %s with %i', (code, expected) => {
    expect(imageExitCode(new ImageError(code, 'x'))).toBe(expected);
  });
});
