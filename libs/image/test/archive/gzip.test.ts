import { deflateRawSync, gunzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { gunzip, gzip } from '../../src/archive/gzip.ts';

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const compress = async (bytes: Buffer, size = 1000) =>
  Buffer.concat(await Array.fromAsync(gzip(pieces(bytes, size))));
/** Longer than two of the blocks that are compressed in parallel. */
const sample = Buffer.from(Array.from({ length: 2_400_000 }, (_, at) => (at * at * (at >> 15)) % 251));

describe('gzip', () => {
  test('has a header without time, name, level or platform', async () => {
    expect((await compress(sample)).subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
  });

  test('can be read by Node, by the gzip program, and by gunzip', async () => {
    const bytes = await compress(sample);
    expect(gunzipSync(bytes).equals(sample)).toBe(true);
    expect(execFileSync('gzip', ['-dc'], { input: bytes, maxBuffer: 1e7 }).equals(sample)).toBe(true);
    expect(Buffer.concat(await Array.fromAsync(gunzip(pieces(bytes, 7)))).equals(sample)).toBe(true);
  });

  test('does not depend on the chunks of the source', async () => {
    expect((await compress(sample, 17)).equals(await compress(sample, 100_000))).toBe(true);
  });

  test('is at most 1 % larger than with one block, because each block uses the end of the previous one', async () => {
    const text = Buffer.from(Array.from({ length: 270_000 }, (_, at) => `line ${at * 7} `).join(''));
    expect(text.length).toBeGreaterThan(3 * 1024 * 1024);
    expect((await compress(text)).length).toBeLessThan(deflateRawSync(text, { level: 6 }).length * 1.01);
  });

  test('of empty content is a complete stream', async () => {
    expect(gunzipSync(await compress(Buffer.alloc(0)))).toHaveLength(0);
  });

  test('fails if its source fails', async () => {
    async function* broken() {
      yield sample;
      throw new Error('disk gone');
    }
    await expect(Array.fromAsync(gzip(broken()))).rejects.toThrow('disk gone');
  });
});
