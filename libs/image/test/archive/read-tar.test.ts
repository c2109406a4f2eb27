import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileChunks } from '../../src/disk/read-chunks.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { completeEntries, writeTar } from '../../src/archive/write-tar.ts';
import { failureOf } from '../support/failure-of.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const long = `${'d'.repeat(90)}/${'e'.repeat(120)}`;

async function* once(bytes: Buffer) {
  yield bytes;
}
async function list(source: AsyncIterable<Uint8Array>) {
  const found: Record<string, string> = {};
  for await (const member of readTar(source)) {
    const content = Buffer.concat(await Array.fromAsync(member.body)).toString();
    found[member.path.replace(/^\.\//, '')] = `${member.type} ${member.target}${content}`;
  }
  return found;
}
async function archive(path = 'app/file') {
  const content = Buffer.from('content');
  const entries = completeEntries([{ type: 'file', path, mode: 0o444, size: content.length, content }]);
  return Buffer.concat(await Array.fromAsync(writeTar(entries)));
}

describe('the tar reader', () => {
  test.each(['ustar', 'gnu', 'pax'])('reads the system’s tar archives in format %s', async (format) => {
    const folder = await tempFolder();
    const path = format === 'ustar' ? 'sub/file' : long;
    await writeFiles(join(folder, 'in'), { [path]: 'text', café: 'x', link: { link: path } });
    execFileSync('ln', ['café', 'hard'], { cwd: join(folder, 'in') });
    execFileSync('tar', [`--format=${format}`, '--sort=name', '-cf', '../x.tar', '.'], {
      cwd: join(folder, 'in'),
    });
    expect(await list(fileChunks(join(folder, 'x.tar')))).toMatchObject({
      [path]: 'file text',
      link: `symlink ${path}`,
      hard: expect.stringMatching(/^(file x|hardlink \.\/café)$/),
    });
  });

  test('skips the unread rest of a body', async () => {
    const bytes = Buffer.concat([(await archive('a')).subarray(0, -1024), await archive('b')]);
    const paths = [];
    for await (const member of readTar(once(bytes))) paths.push(member.path);
    expect(paths).toEqual(['a', 'b']);
  });

  test.each<[string, (bytes: Buffer) => Buffer | void]>([
    ['a header with another checksum', (bytes) => void bytes.write('X', 512)],
    ['an end in the middle of a header', (bytes) => bytes.subarray(0, 700)],
    ['an end in the middle of a body', (bytes) => bytes.subarray(0, 1027)],
  ])('refuses %s', async (_, damage) => {
    const bytes = await archive();
    expect((await failureOf(list(once(damage(bytes) ?? bytes)))).code).toBe('archive-invalid');
  });

  test('refuses an extended header that claims ten megabytes, and too many entries', async () => {
    const bytes = await archive(`${'x'.repeat(200)}/${'y'.repeat(200)}`);
    const limits = (entries: number, header: number) =>
      Array.fromAsync(readTar(once(bytes), { entries, header }));
    expect((await failureOf(limits(100, 100))).message).toContain('extended header');
    expect((await failureOf(limits(1, 10_000))).message).toContain('more than 1 entries');
    expect(await limits(2, 10_000)).toHaveLength(2);
  });

  test('refuses a NUL byte hidden in an extended path', async () => {
    const bytes = await archive(`${'x'.repeat(200)}/${'y'.repeat(200)}`);
    bytes[bytes.indexOf('xxxx')] = 0;
    expect((await failureOf(list(once(bytes)))).message).toContain('NUL');
  });
});
