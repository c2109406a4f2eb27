import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBundle } from '../../src/build/bundle.ts';
import { failureOf } from '../support/failure-of.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const bundleOf = async (files: Parameters<typeof writeFiles>[1]) => writeFiles(await tempFolder(), files);

describe('reading a bundle', () => {
  test('lists files with their sizes, and links', async () => {
    const bundle = await bundleOf({
      'main.mjs': { text: 'x', mode: 0o777 },
      'sub/link': { link: '../main.mjs' },
    });
    const files = await readBundle(bundle);
    expect(
      Object.fromEntries(files.map((item) => [item.path, item.type === 'file' ? item.size : item.target])),
    ).toEqual({
      'main.mjs': 1,
      'sub/link': '../main.mjs',
    });
  });

  test.each([
    '.env',
    '.env.production',
    'sub/.ENV',
    'tls.pem',
    'a/server.key',
    '.npmrc',
    '.git/config',
    'id_rsa',
    'x.p12',
    '.netrc',
  ])('refuses %s by name, with the remedy', async (path) => {
    const failure = await failureOf(readBundle(await bundleOf({ 'main.mjs': 'x', [path]: 'secret' })));
    expect([failure.code, failure.refused]).toEqual(['secret-refused', true]);
    expect(path.startsWith(failure.value ?? '-')).toBe(true);
    expect(failure.message).toMatch(/remove it from the bundle, or allow this path/);
  });

  test.each(['environment.js', 'keyboard.ts', 'pem.js', '.github/x', 'key'])('accepts %s', async (path) => {
    expect(await readBundle(await bundleOf({ [path]: 'x' }))).toHaveLength(1);
  });

  test('accepts a secret only if its exact path is allowed', async () => {
    const bundle = await bundleOf({ 'certs/ca.pem': 'public', 'ca.pem': 'private' });
    expect((await failureOf(readBundle(bundle, ['certs/ca.pem']))).value).toBe('ca.pem');
    expect(await readBundle(bundle, ['certs/ca.pem', 'ca.pem'])).toHaveLength(2);
  });

  test.each([
    ['absolute', '/etc/hostname'],
    ['climbing', '../outside'],
    ['dangling', 'nothing-here'],
    ['climbing behind a folder link', 'inside/../../outside'],
  ])('refuses a link that is %s', async (_, link) => {
    const folder = await bundleOf({ outside: 'x', 'bundle/inside/file': 'x', 'bundle/bad': { link } });
    const failure = await failureOf(readBundle(join(folder, 'bundle')));
    expect([failure.code, failure.value]).toEqual(['bundle-refused', 'bad']);
  });

  test('refuses a link that leaves the bundle only through other links', async () => {
    const folder = await bundleOf({ 'bundle/deep/er/file': 'x', 'bundle/hop': { link: 'deep/er' } });
    await writeFiles(folder, { secret: 'x', 'bundle/sly': { link: 'hop/../../../secret' } });
    expect((await failureOf(readBundle(join(folder, 'bundle')))).value).toBe('sly');
  });

  test('refuses set-uid files and pipes', async () => {
    const setUid = await bundleOf({ program: { text: '#!', mode: 0o4755 } });
    expect((await failureOf(readBundle(setUid))).message).toContain('chmod ug-s');
    const pipe = await bundleOf({ 'main.mjs': 'x' });
    execFileSync('mkfifo', [join(pipe, 'pipe')]);
    expect((await failureOf(readBundle(pipe))).value).toBe('pipe');
  });

  test('leaves out files in which package managers write versions and times', async () => {
    const noise = ['node_modules/.package-lock.json', 'node_modules/.modules.yaml', 'sub/.DS_Store'];
    const files = await readBundle(
      await bundleOf({ 'main.mjs': 'x', ...Object.fromEntries(noise.map((path) => [path, 'x'])) }),
    );
    expect(files.map(({ path }) => path)).toEqual(['main.mjs']);
  });

  test('says to build the application if the bundle is missing or empty', async () => {
    expect((await failureOf(readBundle('/nonexistent/bundle'))).message).toContain(
      'build the application first',
    );
    expect((await failureOf(readBundle(await tempFolder()))).message).toContain(
      'build the application first',
    );
  });
});
