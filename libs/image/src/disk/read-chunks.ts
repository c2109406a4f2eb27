import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, Readable, type Transform } from 'node:stream';
import type { ImageError } from '../error.ts';
import { asReadFailure, isAbsent } from './read-failure.ts';

const chunkSize = 64 * 1024;
/** Content up to this size, in bytes, is read or sent at once: streaming is slower and saves little. */
export const smallContent = 1024 * 1024;

/**
 * Reads a small file as a whole.
 * @param absent makes the error for a missing file. @default the same error as for an unreadable file
 * @throws ImageError `read-failed`
 */
export function readWhole(file: string, absent?: (cause: unknown) => ImageError): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw absent && isAbsent(error) ? absent(error) : asReadFailure(error, file);
  }
}

/**
 * Reads a file in chunks of fixed size.
 * @param size the size, if known: a small file is read at once
 * @throws ImageError `read-failed`
 */
export async function* fileChunks(file: string, size = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  if (size <= smallContent) return yield readWhole(file);
  const failed = (error: unknown) => {
    throw asReadFailure(error, file);
  };
  const handle = await open(file).catch(failed);
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkSize * 4)).catch(failed);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** A stream of one chunk. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Cuts a stream into chunks of equal size, independent of the chunks of the source. */
export async function* evenChunks(
  source: AsyncIterable<Uint8Array>,
  size = chunkSize,
): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    let rest = chunk;
    while (length + rest.length >= size) {
      pending.push(rest.subarray(0, size - length));
      yield joined(pending, size);
      rest = rest.subarray(size - length);
      [pending, length] = [[], 0];
    }
    if (rest.length === 0) continue;
    pending.push(rest);
    length += rest.length;
  }
  if (length > 0) yield joined(pending, length);
}

/** Pipes chunks through a Node transform. The iteration throws failures of the source and the transform. */
export function through(source: AsyncIterable<Uint8Array>, transform: Transform): AsyncIterable<Buffer> {
  pipeline(Readable.from(source, { objectMode: false }), transform, () => undefined);
  return transform;
}

/** Collects all chunks in one buffer. Throws the error of `tooLarge` after more than `limit` bytes. */
export async function collect(
  source: AsyncIterable<Uint8Array>,
  limit: number,
  tooLarge: () => Error,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of source) {
    size += part.length;
    if (size > limit) throw tooLarge();
    parts.push(part);
  }
  return joined(parts, size);
}

/** A single part is returned without a copy. */
function joined(parts: readonly Uint8Array[], size: number): Buffer {
  const [first] = parts;
  if (parts.length !== 1 || !first) return Buffer.concat(parts, size);
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}
