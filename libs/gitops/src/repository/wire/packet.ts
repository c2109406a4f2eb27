import { ANSWER_BYTES, PACKET_BYTES } from './limits.ts';

/** What ends a message, and what parts its sections. */
export const FLUSH = Buffer.from('0000');
export const DELIMITER = Buffer.from('0001');

/** One packet: a line, the end of a message, the end of a section, or the end of everything. */
export type Packet = Buffer | 'flush' | 'delimiter' | 'end';

/** A line as Git's protocol frames it: its length in four hexadecimal digits, these among them. */
export function packet(line: string): Buffer {
  const content = Buffer.from(line);
  return Buffer.concat([Buffer.from((content.length + 4).toString(16).padStart(4, '0')), content]);
}

/** Reads packets from bytes as they arrive. */
export class PacketReader {
  readonly #source: AsyncIterator<Buffer>;
  #received: Buffer = Buffer.alloc(0);
  /** Bytes that may still be read. */
  #left: number;

  /** @param most bytes that are read at most, whatever is in them */
  constructor(source: AsyncIterable<Buffer>, most = ANSWER_BYTES) {
    this.#source = source[Symbol.asyncIterator]();
    this.#left = most;
  }

  /** @throws {Error} for what is no packet, when bytes end inside of one, and when there are too many of them */
  async next(): Promise<Packet> {
    if (!(await this.#have(4))) {
      if (this.#received.length > 0) throw new Error('the answer ends inside a packet');
      return 'end';
    }
    const length = lengthOf(this.#take(4).toString('latin1'));
    if (length === 0) return 'flush';
    if (length === 1) return 'delimiter';
    if ((this.#left -= length) < 0) throw new Error('the answer is too long');
    if (!(await this.#have(length - 4))) throw new Error('the answer ends inside a packet');
    return this.#take(length - 4);
  }

  /** The lines up to the end of the message or section. */
  async lines(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const read = await this.next();
      if (typeof read === 'string') return lines;
      lines.push(read.toString('utf8').replace(/\n$/, ''));
    }
  }

  async #have(length: number): Promise<boolean> {
    const chunks = [this.#received];
    let total = this.#received.length;
    while (total < length) {
      const { value, done } = await this.#source.next();
      if (done) break;
      chunks.push(value);
      total += value.length;
    }
    if (chunks.length > 1) this.#received = Buffer.concat(chunks, total);
    return total >= length;
  }

  #take(length: number): Buffer {
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }
}

function lengthOf(digits: string): number {
  const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
  if (length === 0 || length === 1 || (length >= 4 && length <= PACKET_BYTES)) return length;
  throw new Error('the answer is no packet');
}
