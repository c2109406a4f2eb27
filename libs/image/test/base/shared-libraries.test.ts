import { execFileSync, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configuredFolders, sharedLibraries } from '../../src/base/shared-libraries.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const hasLdd = spawnSync('ldd', ['--version']).status === 0;
/** Loaded by name on old systems, so ldd does not list them. */
const plugins = /^lib(?:nss_|resolv)/;

describe.skipIf(process.platform !== 'linux')('shared libraries', () => {
  test.skipIf(!hasLdd)('are the files that ldd lists', async () => {
    const output = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
    const known = [...output.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => realpathSync(path));
    const found = await sharedLibraries({ file: process.execPath, imagePath: '/nodejs/bin/node' });
    const own = found.filter(({ name }) => !plugins.test(name)).map(({ file }) => realpathSync(file));
    expect(own.sort()).toEqual(known.sort());
  });

  test('all have a path in the image, the loader the path that the program names', async () => {
    const found = await sharedLibraries({ file: process.execPath, imagePath: '/nodejs/bin/node' });
    for (const { imagePath } of found) expect(imagePath).toMatch(/^\/(?:usr\/)?lib/);
    expect(found.some(({ file, imagePath }) => file === imagePath && /\/ld-/.test(imagePath))).toBe(true);
  });

  test('are searched in the folders of ld.so.conf and of the files that it includes', async () => {
    const folder = await writeFiles(await tempFolder(), {
      'ld.so.conf': '# comment\n/opt/one # why\ninclude conf.d/*.conf\nrelative\n',
      'conf.d/b.conf': '/opt/three\n',
      'conf.d/a.conf': '/opt/two:/opt/more\ninclude ../ld.so.conf\n',
      'conf.d/a.txt': '/opt/never\n',
    });
    const folders = await configuredFolders(join(folder, 'ld.so.conf'));
    expect([...new Set(folders)]).toEqual(['/opt/one', '/opt/two', '/opt/more', '/opt/three']);
    expect(await configuredFolders('/nonexistent')).toEqual([]);
  });
});
