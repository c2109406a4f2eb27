import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** A pack of entries as somebody wrote them. */
export function packOf(...entries: readonly Buffer[]): Buffer {
  const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  header.writeUInt32BE(entries.length, 8);
  const pack = Buffer.concat([header, ...entries]);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}

/** A number as packs and differences write it, seven bits a byte; the first byte of an entry has room for four. */
export function bits(value: number, first = 7): number[] {
  const low = value % 2 ** first;
  const rest = Math.floor(value / 2 ** first);
  return rest > 0 ? [low | 0x80, ...bits(rest)] : [low];
}

/** An object of some type that says it has so many bytes. */
export const entry = (type: number, size: number, content: Buffer): Buffer => {
  const [first = 0, ...rest] = bits(size, 4);
  return Buffer.concat([Buffer.from([(type << 4) | first, ...rest]), deflateSync(content)]);
};
