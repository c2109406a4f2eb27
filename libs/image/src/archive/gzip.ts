import { promisify } from 'node:util';
import { constants, crc32, createGunzip, deflateRaw } from 'node:zlib';
import { evenChunks, through } from '../disk/read-chunks.ts';

/**
 * RFC 1952 header that does not depend on this machine: no time, no name, XFL 0, OS 255 (unknown). zlib's own
 * header has an XFL that depends on the level and an OS that depends on the platform.
 */
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * Bytes per compressed block. Passing a block to another thread costs this thread time, so blocks are large;
 * a bundle of 1 MB still uses two threads. Part of the format: another size gives different bytes.
 */
const blockSize = 512 * 1024;
/** Bytes per output chunk of gunzip: five times as fast as the default of 16 KB. */
const outputChunkSize = 256 * 1024;
/** How far deflate looks back (RFC 1951). */
const windowSize = 32 * 1024;
/** Blocks compressed at the same time: libuv's default number of threads. Does not change the output. */
const blocksAhead = 4;
/** An empty final block. It ends the stream, because no other block is marked as final. */
const streamEnd = Buffer.from([3, 0]);

const deflate = promisify(deflateRaw);

/**
 * Compresses to bytes that depend only on the content, the level and zlib's version. Blocks of a fixed size
 * are compressed in parallel, each with the end of the previous block as its dictionary, into one ordinary
 * gzip stream (as pigz does). The number of processors changes only the time.
 * @param level 1 to 9. @default 6
 */
export async function* gzip(source: AsyncIterable<Uint8Array>, level = 6): AsyncGenerator<Buffer> {
  const pending: Promise<Buffer>[] = [];
  let [checksum, size] = [0, 0];
  let before: Buffer = Buffer.alloc(0);
  yield gzipHeader;
  for await (const block of evenChunks(source, blockSize)) {
    checksum = crc32(block, checksum);
    size += block.length;
    pending.push(compressBlock(block, before.subarray(-windowSize), level));
    before = block;
    if (pending.length === blocksAhead) yield* next(pending);
  }
  while (pending.length > 0) yield* next(pending);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield Buffer.concat([streamEnd, trailer]);
}

/** Decompresses gzip. */
export function gunzip(source: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  return through(source, createGunzip({ chunkSize: outputChunkSize }));
}

function compressBlock(block: Buffer, dictionary: Buffer, level: number): Promise<Buffer> {
  return deflate(block, {
    level,
    memLevel: 8,
    windowBits: 15,
    // Output buffer for a compression ratio of one half; a buffer of the full size would waste memory.
    chunkSize: blockSize / 2,
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(dictionary.length > 0 ? { dictionary } : {}),
  });
}

async function* next(pending: Promise<Buffer>[]): AsyncGenerator<Buffer> {
  const first = pending.shift();
  if (first) yield first;
}
