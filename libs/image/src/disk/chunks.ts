import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, Readable, type Transform } from 'node:stream';
import type { ImageError } from '../error.ts';
import { asReadFailure, isAbsent } from './read-failure.ts';

const chunkSize = 64 * 1024;
/** Content up to this size is read or sent at once: a stream would cost more than the memory that it saves. Bytes. */
export const smallContent = 1024 * 1024;

/**
 * A small file as a whole.
 * @param absent the error for a file that is not there. @default as for one that cannot be read
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
 * A file's bytes in fixed pieces.
 * @param size as far as it is known: a small file is read at once
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

/** Content that is one chunk. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Cuts a stream into equal pieces, so that what follows sees neither tiny writes nor the source's rhythm. */
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

/** Runs chunks through a Node transform; a failure of either side ends the iteration with that failure. */
export function through(source: AsyncIterable<Uint8Array>, transform: Transform): AsyncIterable<Buffer> {
  pipeline(Readable.from(source, { objectMode: false }), transform, () => undefined);
  return transform;
}

/** All chunks as one buffer, or a failure made by `tooLarge` when there are more than `limit` bytes. */
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

/** Copies only what is in several parts. */
function joined(parts: readonly Uint8Array[], size: number): Buffer {
  const [first] = parts;
  if (parts.length !== 1 || !first) return Buffer.concat(parts, size);
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}
