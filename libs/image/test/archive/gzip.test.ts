import { deflateRawSync, gunzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { gunzip, gzip } from '../../src/archive/gzip.ts';

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const compress = async (bytes: Buffer, size = 1000) =>
  Buffer.concat(await Array.fromAsync(gzip(pieces(bytes, size))));
/** More than two of the blocks that are compressed side by side. */
const sample = Buffer.from(Array.from({ length: 2_400_000 }, (_, at) => (at * at * (at >> 15)) % 251));

describe('gzip', () => {
  test('has a header without time, name, level or platform', async () => {
    expect((await compress(sample)).subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
  });

  test('is read back by Node, by the gzip program, and by itself', async () => {
    const bytes = await compress(sample);
    expect(gunzipSync(bytes).equals(sample)).toBe(true);
    expect(execFileSync('gzip', ['-dc'], { input: bytes, maxBuffer: 1e7 }).equals(sample)).toBe(true);
    expect(Buffer.concat(await Array.fromAsync(gunzip(pieces(bytes, 7)))).equals(sample)).toBe(true);
  });

  test('does not depend on the pieces in which content arrives', async () => {
    expect((await compress(sample, 17)).equals(await compress(sample, 100_000))).toBe(true);
  });

  test('costs at most a hundredth more than one block would, because each knows the end of the one before', async () => {
    const text = Buffer.from(Array.from({ length: 270_000 }, (_, at) => `line ${at * 7} `).join(''));
    expect(text.length).toBeGreaterThan(3 * 1024 * 1024);
    expect((await compress(text)).length).toBeLessThan(deflateRawSync(text, { level: 6 }).length * 1.01);
  });

  test('of nothing is a whole stream', async () => {
    expect(gunzipSync(await compress(Buffer.alloc(0)))).toHaveLength(0);
  });

  test('fails with its source', async () => {
    async function* broken() {
      yield sample;
      throw new Error('disk gone');
    }
    await expect(Array.fromAsync(gzip(broken()))).rejects.toThrow('disk gone');
  });
});
