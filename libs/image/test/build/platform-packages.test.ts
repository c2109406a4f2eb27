import { existsSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Base } from '../../src/base/base.ts';
import { buildImage } from '../../src/build/build-image.ts';
import { readElf } from '../../src/base/elf.ts';
import { hostNodeBase } from '../../src/base/embedded-base.ts';
import { compareVersions, glibcNeededBy, glibcOf } from '../../src/base/glibc.ts';
import { inspectImage } from '../../src/read/inspect-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { elf } from '../support/raw-elf.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

/** Bases without layers, because these tests do not need the layers of the base. */
function bases(architectures: readonly string[], name = 'registry.example/node'): Base[] {
  return architectures.map((architecture) => {
    const platform = { os: 'linux', architecture };
    return { kind: 'pinned', name, platform, layers: [], diffIds: [], env: [], history: [] };
  });
}

async function contents(
  files: Parameters<typeof writeFiles>[1],
  of: Base[],
): Promise<Record<string, string[]>> {
  const folder = await tempFolder();
  const [layout, blobs] = [join(folder, 'layout'), join(folder, 'blobs')];
  const bundle = await writeFiles(join(folder, 'bundle'), { 'main.mjs': 'x', ...files });
  await buildImage({ bundle, output: layout, bases: of, name: 'app' });
  const { platforms } = await inspectImage({ image: layout, blobs });
  return Object.fromEntries(
    platforms.map(({ platform, layers }) => [
      platform,
      layers
        .flatMap(({ files: listed }) => listed ?? [])
        .flatMap(({ path, type }) => (type === 'file' ? [path] : []))
        .sort(),
    ]),
  );
}

const named = (os: string[], cpu: string[]) => JSON.stringify({ name: 'x', version: '1.0.0', os, cpu });

describe('a package with native code', () => {
  test('adds to each platform only its own prebuilt addons and packages', async () => {
    const found = await contents(
      {
        'node_modules/utf/package.json': '{"name":"utf","version":"1.0.0"}',
        'node_modules/utf/index.js': 'x',
        'node_modules/utf/prebuilds/linux-x64/node.napi.node': elf(62),
        'node_modules/utf/prebuilds/linux-arm64/node.napi.node': elf(183),
        'node_modules/utf/prebuilds/darwin-x64+arm64/node.napi.node': 'Mach-O',
        'node_modules/utf/prebuilds/win32-x64/node.napi.node': 'PE',
        'node_modules/@img/linux-x64/package.json': named(['linux'], ['x64']),
        'node_modules/@img/linux-x64/lib/x.node': elf(62),
        'node_modules/@img/linux-arm64/package.json': named(['linux'], ['arm64']),
        'node_modules/@img/linux-arm64/lib/x.node': elf(183),
        'node_modules/fsevents/package.json': named(['darwin'], []),
        'node_modules/fsevents/fsevents.node': 'Mach-O',
        'node_modules/unixy/package.json': named(['!win32'], []),
        'node_modules/broken/package.json': '{"os": [',
      },
      bases(['amd64', 'arm64']),
    );
    const everywhere = [
      '/app/main.mjs',
      '/app/node_modules/broken/package.json',
      '/app/node_modules/unixy/package.json',
      '/app/node_modules/utf/index.js',
      '/app/node_modules/utf/package.json',
    ];
    const own = (cpu: string) => [
      `/app/node_modules/@img/linux-${cpu}/lib/x.node`,
      `/app/node_modules/@img/linux-${cpu}/package.json`,
      `/app/node_modules/utf/prebuilds/linux-${cpu}/node.napi.node`,
    ];
    expect(found).toEqual({
      'linux/amd64': [...everywhere, ...own('x64')].sort(),
      'linux/arm64': [...everywhere, ...own('arm64')].sort(),
    });
  });

  test('that names the wrong processor is refused', async () => {
    const lie = { 'node_modules/utf/prebuilds/linux-arm64/node.napi.node': elf(62) };
    const failure = await failureOf(contents(lie, bases(['arm64'])));
    expect(failure.message).toContain('is made for amd64 and cannot be loaded on linux/arm64');
  });
});

/** Small packages with native code that this workspace has installed. */
const installed = join(import.meta.dirname, '../../../../node_modules');
const real = [
  '@unrs/resolver-binding-linux-x64-gnu',
  '@rolldown/binding-linux-x64-gnu',
  '@nx/nx-linux-x64-gnu',
]
  .map((name) => join(installed, name, 'package.json'))
  .find((file) => existsSync(file));

test.runIf(real !== undefined)(
  'a real native package is in the image for linux/amd64 and needs a glibc that Debian 12 has',
  async () => {
    const folder = await tempFolder();
    await cp(dirname(real ?? ''), join(folder, 'bundle/node_modules/native'), { recursive: true });
    const bundle = await writeFiles(join(folder, 'bundle'), { 'main.mjs': 'x' });
    const output = join(folder, 'layout');
    const two = await buildImage({
      bundle,
      output,
      bases: bases(['amd64', 'arm64'], 'registry.example/nodejs24-debian12'),
    });
    expect(two.layers.map(({ name, platform }) => [name, platform])).toEqual([
      ['app', undefined],
      ['external', 'linux/amd64'],
    ]);
    const names = await readdir(join(bundle, 'node_modules/native'));
    const addon = join(bundle, 'node_modules/native', names.find((name) => name.endsWith('.node')) ?? '');
    expect((await readElf(addon)).versions.some((version) => version.startsWith('GLIBC_2.'))).toBe(true);
    expect(await glibcNeededBy(addon)).toMatch(/^2\.\d+$/);
  },
);

describe.runIf(process.platform === 'linux' && existsSync('/etc/debian_version'))('glibc', () => {
  test('of the running Node is new enough for it, and an older base is refused by name', async () => {
    const needed = (await glibcNeededBy(process.execPath)) ?? '';
    expect(compareVersions(needed, glibcOf(hostNodeBase()) ?? '')).toBeLessThanOrEqual(0);
    // A program of Debian, renamed to an addon, for a much older base.
    const folder = await tempFolder();
    const newest = await newestSystemFile();
    const bundle = join(folder, 'bundle');
    await writeFiles(bundle, { 'main.mjs': 'x' });
    await cp(newest, join(bundle, 'addon.node'), { dereference: true });
    const build = (name: string) =>
      buildImage({
        bundle,
        output: join(folder, 'layout'),
        bases: bases([process.arch === 'arm64' ? 'arm64' : 'amd64'], name),
      });
    const failure = await failureOf(build('registry.example/nodejs24-debian11'));
    expect([failure.code, failure.value]).toEqual(['bundle-refused', 'addon.node']);
    expect(failure.message).toMatch(
      /needs glibc 2\.3\d, but the base registry\.example\/nodejs24-debian11 has 2\.31/,
    );
    await build('registry.example/nodejs24-of-an-unknown-system');
  });
});

/** A program of this system that needs more than glibc 2.31. */
async function newestSystemFile(): Promise<string> {
  for (const name of ['ls', 'bash', 'cat', 'cp', 'tar', 'sed', 'grep']) {
    const file = `/bin/${name}`;
    const needed = existsSync(file) ? await glibcNeededBy(file) : undefined;
    if (needed !== undefined && compareVersions(needed, '2.31') > 0) return file;
  }
  throw new Error('this system is too old for this test');
}

test('versions are compared as numbers', () => {
  expect(['2.9', '2.34', '2.4', '2.17'].sort(compareVersions)).toEqual(['2.4', '2.9', '2.17', '2.34']);
});
