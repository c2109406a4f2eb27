import { promisify } from 'node:util';
import { constants, crc32, createGunzip, deflateRaw } from 'node:zlib';
import { evenChunks, through } from '../disk/chunks.ts';

/**
 * RFC 1952 header with nothing of this machine in it: no time, no name, XFL 0, OS 255 (unknown). zlib itself
 * writes XFL by level and OS by platform, which changes the digest.
 */
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * What zlib works on at a time. Handing a block to another thread and back is work for this one, so fewer are better; a bundle
 * of 1 MB still keeps two threads busy. Part of the format: another size gives other bytes.
 */
const blockSize = 512 * 1024;
/** What comes out of gunzip at a time: five times as fast as by 16 KB. */
const pieceSize = 256 * 1024;
/** How far deflate looks back (RFC 1951). */
const windowSize = 32 * 1024;
/** Blocks that are compressed while the next one is read: libuv's default number of threads. Changes no byte. */
const blocksAhead = 4;
/** An empty last block: what closes a stream of blocks of which none knew that it was the last. */
const streamEnd = Buffer.from([3, 0]);

const deflate = promisify(deflateRaw);

/**
 * Compresses to bytes that depend on the content, the level and zlib's version alone. Blocks of a fixed size are
 * compressed side by side, each with the end of the one before as its dictionary, into one ordinary gzip stream (as
 * pigz does), so the number of processors changes the time and nothing else.
 * @param level 1 to 9. @default 6
 */
export async function* gzip(source: AsyncIterable<Uint8Array>, level = 6): AsyncGenerator<Buffer> {
  const underWay: Promise<Buffer>[] = [];
  let [checksum, size] = [0, 0];
  let before: Buffer = Buffer.alloc(0);
  yield gzipHeader;
  for await (const block of evenChunks(source, blockSize)) {
    checksum = crc32(block, checksum);
    size += block.length;
    underWay.push(compressBlock(block, before.subarray(-windowSize), level));
    before = block;
    if (underWay.length === blocksAhead) yield* next(underWay);
  }
  while (underWay.length > 0) yield* next(underWay);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield Buffer.concat([streamEnd, trailer]);
}

/** Decompresses gzip. */
export function gunzip(source: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  return through(source, createGunzip({ chunkSize: pieceSize }));
}

function compressBlock(block: Buffer, dictionary: Buffer, level: number): Promise<Buffer> {
  return deflate(block, {
    level,
    memLevel: 8,
    windowBits: 15,
    // Room for what half compresses to; all of it would be memory to fill and to collect.
    chunkSize: blockSize / 2,
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(dictionary.length > 0 ? { dictionary } : {}),
  });
}

async function* next(underWay: Promise<Buffer>[]): AsyncGenerator<Buffer> {
  const first = underWay.shift();
  if (first) yield first;
}
