import { copyFile, open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readElf } from '../../src/base/elf.ts';
import { failureOf } from '../support/failure-of.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

describe.skipIf(process.platform !== 'linux')('the ELF reader', () => {
  test('reads the loader and the libraries of the running Node', async () => {
    const elf = await readElf(process.execPath);
    expect(elf.machine).toBe({ x64: 62, arm64: 183 }[process.arch as string]);
    expect(elf.interpreter).toMatch(/^\/lib.*\/ld-/);
    expect(elf.needed.some((name) => name.startsWith('libc.'))).toBe(true);
  });

  test('refuses files that are not ELF, 32-bit files, and truncated files', async () => {
    const folder = await tempFolder();
    await writeFiles(folder, { script: `#!/bin/sh\n${' '.repeat(100)}`, empty: '' });
    const elf = (await readElf(process.execPath)).interpreter ?? '';
    for (const [name, change] of [
      ['narrow', narrow],
      ['short', (file: string) => truncate(file, 200)],
    ] as const) {
      await copyFile(elf, join(folder, name));
      await change(join(folder, name));
    }
    for (const name of ['script', 'empty', 'narrow', 'short']) {
      expect((await failureOf(readElf(join(folder, name)))).code).toBe('elf-invalid');
    }
  });
});

async function narrow(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.from([1]), 0, 1, 4);
  await handle.close();
}
