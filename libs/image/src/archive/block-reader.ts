import { ImageError } from '../error.ts';

/** Reads exact numbers of bytes from a stream of chunks. */
export class BlockReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Reads exactly `length` bytes. Returns an empty buffer if the stream has ended. */
  async read(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let left = length;
    while (left > 0) {
      if (!(await this.#fill())) {
        if (left === length) return Buffer.alloc(0);
        throw archiveInvalid('an end in the middle of an entry');
      }
      parts.push(this.#take(left));
      left -= parts.at(-1)?.length ?? 0;
    }
    return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
  }

  /** Reads at least one byte and at most `length`. */
  async some(length: number): Promise<Buffer> {
    if (!(await this.#fill())) throw archiveInvalid('an end in the middle of an entry');
    return this.#take(length);
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) left -= (await this.some(left)).length;
  }

  async drain(): Promise<void> {
    while (await this.#fill()) this.#rest = this.#rest.subarray(this.#rest.length);
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#source.next();
      if (next.done) return false;
      this.#rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    return true;
  }
}

/** The error for an invalid archive, with the remedy. */
export function archiveInvalid(what: string): ImageError {
  return new ImageError(
    'archive-invalid',
    `the layer's tar archive has ${what}: take the image from another source`,
  );
}
