import { execFileSync } from 'node:child_process';
import { lstat, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { completeEntries, writeTar, type TarEntry } from '../../src/archive/write-tar.ts';
import { failureOf } from '../support/failure-of.ts';
import { tempFolder } from '../support/temp-folder.ts';

const file = (path: string, text = path, mode = 0o444): TarEntry => {
  const content = Buffer.from(text);
  return { type: 'file', path, mode, size: content.length, content };
};
const bytesOf = async (entries: TarEntry[], mtime?: number) =>
  Buffer.concat(await Array.fromAsync(writeTar(entries, mtime)));

const deep = `${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(90)}/file`;
const oddEntries = [
  file('app/main.mjs', 'x'.repeat(513), 0o555),
  file('app/empty', ''),
  file(`app/${'n'.repeat(100)}`),
  file(`app/${'p'.repeat(80)}/${'q'.repeat(80)}`),
  file(`app/${deep}`),
  file('app/café/naïve.txt'),
  { type: 'symlink', path: 'app/link', target: 'main.mjs' },
  { type: 'symlink', path: 'app/long-link', target: deep },
] satisfies TarEntry[];

describe('the tar writer', () => {
  test('writes archives that the system’s tar extracts to the same files, modes and links', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'x.tar'), await bytesOf(completeEntries(oddEntries)));
    execFileSync('tar', ['-xpf', 'x.tar'], { cwd: folder });
    for (const entry of oddEntries) {
      const path = join(folder, entry.path);
      if (entry.type === 'symlink') expect(await readlink(path)).toBe(entry.target);
      else if (entry.type === 'file') {
        expect(await readFile(path)).toEqual(entry.content);
        expect((await lstat(path)).mode & 0o7777).toBe(entry.mode);
      }
    }
    expect((await lstat(join(folder, 'app/café'))).mode & 0o7777).toBe(0o555);
  });

  test('writes every parent once, before its children, sorted by bytes, with owner 0:0 and the given time', async () => {
    const folder = await tempFolder();
    await writeFile(
      join(folder, 'x.tar'),
      await bytesOf(completeEntries([file('b/c/d'), file('b-a'), file('a')]), 86_400),
    );
    const list = execFileSync('tar', ['--numeric-owner', '--utc', '-tvf', 'x.tar'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const lines = list.trim().split('\n');
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual(['a', 'b/', 'b-a', 'b/c/', 'b/c/d']);
    for (const line of lines) expect(line).toMatch(/ 0\/0 .* 1970-01-02 00:00 /);
  });

  test('writes plain ustar if possible, else a constant extended header', async () => {
    expect((await bytesOf([file('app/main.mjs')])).includes('PaxHeader')).toBe(false);
    const long = await bytesOf([file(`app/${deep}`)]);
    expect(long.toString('latin1', 0, 10)).toBe('PaxHeader\0');
    expect(long).toEqual(await bytesOf([file(`app/${deep}`)]));
  });

  test('refuses duplicate paths', async () => {
    const failure = await failureOf(() => completeEntries([file('a'), file('a', 'other')]));
    expect([failure.code, failure.value]).toEqual(['bundle-refused', 'a']);
  });

  test('fails if a file changes its size while it is packed', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'grown'), 'longer than said');
    const entry: TarEntry = {
      type: 'file',
      path: 'a',
      mode: 0o444,
      size: 3,
      content: { file: join(folder, 'grown') },
    };
    expect((await failureOf(bytesOf([entry]))).code).toBe('bundle-refused');
  });
});
