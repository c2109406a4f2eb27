import { crc32, createDeflateRaw, createGunzip } from 'node:zlib';
import { evenChunks, through } from './chunks.ts';

/**
 * RFC 1952 header with nothing of this machine in it: no time, no name, XFL 0, OS 255 (unknown). zlib itself
 * writes XFL by level and OS by platform, which changes the digest.
 */
export const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Compresses at level 6 to bytes that depend on the content and on zlib's version alone. */
export async function* gzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let checksum = 0;
  let size = 0;
  async function* counted() {
    for await (const chunk of evenChunks(source)) {
      checksum = crc32(chunk, checksum);
      size += chunk.length;
      yield chunk;
    }
  }
  yield gzipHeader;
  yield* through(counted(), createDeflateRaw({ level: 6, memLevel: 8, windowBits: 15 }));
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield trailer;
}

/** Decompresses gzip. */
export function gunzip(source: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  return through(source, createGunzip());
}
