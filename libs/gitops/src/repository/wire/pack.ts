import { createHash } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { gitObject, type GitObject, type ObjectFormat, type ObjectType } from '../git-object.ts';
import { applyDelta } from './delta.ts';
import { CONTENT_BYTES, PACK_OBJECTS } from './limits.ts';

/** The numbers that a pack has for types; 6 and 7 are differences from another object. */
const TYPES: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const [BY_OFFSET, BY_ID] = [6, 7];

/**
 * The objects of a pack, by id.
 *
 * @param most bytes that all its entries and objects may come to, whatever they say of themselves
 * @throws {Error} for a pack that is damaged, too large, or lacks what it refers to
 */
export function readPack(pack: Buffer, format: ObjectFormat, most = CONTENT_BYTES): Map<string, GitObject> {
  const width = format === 'sha1' ? 20 : 32;
  const count = countOf(pack, format, width);
  let room = most;
  const byOffset = new Map<number, GitObject>();
  const byId = new Map<string, GitObject>();
  const waiting: { start: number; base: string; delta: Buffer }[] = [];
  const keep = (start: number, type: ObjectType, content: Buffer): void => {
    room -= content.length;
    const object = gitObject(format, type, content);
    byOffset.set(start, object);
    byId.set(object.id, object);
  };
  for (let read = 0, at = 12; read < count; read += 1) {
    const entry = readEntry(pack, at, width, room);
    const base = entry.offset === undefined ? undefined : byOffset.get(at - entry.offset);
    const type = TYPES[entry.type];
    if (type !== undefined) keep(at, type, entry.content);
    else if (base !== undefined) keep(at, base.type, applyDelta(base.content, entry.content, room));
    else if (entry.id !== undefined) {
      room -= entry.content.length; // it is kept, too
      waiting.push({ start: at, base: entry.id, delta: entry.content });
    } else throw new Error('the pack lacks an object');
    at = entry.end;
  }
  for (const { start, base, delta } of waiting) {
    const found = byId.get(base);
    if (found === undefined) throw new Error('the pack lacks an object');
    keep(start, found.type, applyDelta(found.content, delta, room));
  }
  return byId;
}

/** How many objects a pack says it has. */
function countOf(pack: Buffer, format: ObjectFormat, width: number): number {
  const end = pack.length - width;
  const sum = createHash(format).update(pack.subarray(0, end)).digest();
  if (pack.toString('latin1', 0, 4) !== 'PACK' || !sum.equals(pack.subarray(end)))
    throw new Error('the pack is damaged');
  const count = pack.readUInt32BE(8);
  if (count > PACK_OBJECTS) throw new Error('the pack has too many objects');
  return count;
}

/** What one entry of a pack holds: an object, or a difference from the one so far before it or with that id. */
interface Entry {
  type: number;
  content: Buffer;
  offset?: number;
  id?: string;
  /** Where the next one begins. */
  end: number;
}

function readEntry(pack: Buffer, start: number, width: number, room: number): Entry {
  let at = start;
  const next = (): number => pack.readUInt8(at++);
  let byte = next();
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let scale = 16; byte & 0x80; scale *= 128) {
    byte = next();
    size += (byte & 0x7f) * scale;
  }
  const reference: Pick<Entry, 'offset' | 'id'> = {};
  if (type === BY_OFFSET) {
    byte = next();
    let offset = byte & 0x7f;
    while (byte & 0x80) {
      byte = next();
      offset = (offset + 1) * 128 + (byte & 0x7f);
    }
    reference.offset = offset;
  } else if (type === BY_ID) {
    reference.id = pack.toString('hex', at, (at += width));
  }
  if (size > room) throw new Error('the pack is too large'); // before there is room made for it
  // Only inflating tells where the compressed bytes end.
  const options = { info: true, maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) };
  const { buffer, engine } = inflateSync(pack.subarray(at), options) as unknown as Inflated;
  if (buffer.length !== size) throw new Error('the pack is damaged');
  return { type, content: buffer, ...reference, end: at + engine.bytesWritten };
}

/** What `inflateSync` answers with `info`. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

/** A pack of whole objects. */
export function writePack(objects: readonly GitObject[], format: ObjectFormat): Buffer {
  const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  header.writeUInt32BE(objects.length, 8);
  const entries = objects.flatMap(({ type, content }) => [
    entryHeader(type, content.length),
    deflateSync(content, { level: 1 }),
  ]);
  const pack = Buffer.concat([header, ...entries]);
  return Buffer.concat([pack, createHash(format).update(pack).digest()]);
}

function entryHeader(type: ObjectType, size: number): Buffer {
  const number = Number(Object.entries(TYPES).find(([, name]) => name === type)?.[0]);
  const bytes = [(number << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) as number) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}
