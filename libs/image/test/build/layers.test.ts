import { expect, test } from 'vitest';
import { readBundle } from '../../src/build/bundle.ts';
import { layerEntries, layerOf } from '../../src/build/layers.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { writeTar } from '../../src/archive/write-tar.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

test.each([
  ['main.mjs', 'app'],
  ['worker/job.mjs', 'app'],
  ['main.mjs.map', 'maps'],
  ['assets/site.css.map', 'maps'],
  ['assets/world.map', 'assets'],
  ['assets/logo.svg', 'assets'],
  ['node_modules/sharp/index.js', 'external'],
  ['node_modules.txt', 'app'],
])('%s is in the layer %s', (path, layer) => {
  expect(layerOf(path)).toBe(layer);
});

test('files are in /app, read-only for all users, and executable if they begin like a program', async () => {
  const bundle = await writeFiles(await tempFolder(), {
    'main.mjs': { text: 'x', mode: 0o777 },
    'run.sh': { text: '#!/bin/sh', mode: 0o600 },
    'bin/addon.node': '\x7fELF…',
    'bin/large': `#!${' '.repeat(300_000)}`,
    empty: '',
  });
  const archive = writeTar(layerEntries(await readBundle(bundle)));
  const read = await Array.fromAsync(readTar(archive), ({ path, mode }) => [path, mode.toString(8)]);
  expect(read).toEqual([
    ['app', '555'],
    ['app/bin', '555'],
    ['app/bin/addon.node', '555'],
    ['app/bin/large', '555'],
    ['app/empty', '444'],
    ['app/main.mjs', '444'],
    ['app/run.sh', '555'],
  ]);
});
