import { expect, test } from 'vitest';
import { layerEntries, layerOf } from '../src/layers.ts';

test.each([
  ['main.mjs', 'app'],
  ['worker/job.mjs', 'app'],
  ['main.mjs.map', 'maps'],
  ['assets/site.css.map', 'maps'],
  ['assets/world.map', 'assets'],
  ['assets/logo.svg', 'assets'],
  ['node_modules/sharp/index.js', 'external'],
  ['node_modules.txt', 'app'],
])('%s goes into the layer %s', (path, layer) => {
  expect(layerOf(path)).toBe(layer);
});

test('files lie under /app, readable by all, writable by nobody', () => {
  const entries = layerEntries([
    { type: 'file', path: 'bin/run', file: '/x', size: 1, executable: true },
    { type: 'file', path: 'main.mjs', file: '/y', size: 1, executable: false },
  ]);
  const modes = entries.map((entry) => [entry.path, 'mode' in entry ? entry.mode.toString(8) : '']);
  expect(modes).toEqual([
    ['app', '555'],
    ['app/bin', '555'],
    ['app/bin/run', '555'],
    ['app/main.mjs', '444'],
  ]);
});
