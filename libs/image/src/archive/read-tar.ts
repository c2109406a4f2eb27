import { archiveInvalid, BlockReader } from './block-reader.ts';

/** One entry. Read `body` before requesting the next entry; the unread rest is skipped. */
export interface TarMember {
  /** As in the archive, without a trailing slash. Not validated: unsafe to join to a folder. */
  path: string;
  type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of the body. */
  size: number;
  /** Target of a link. */
  target: string;
  body: AsyncIterable<Buffer>;
}

/** Limits that keep a small hostile archive from filling the disk or never ending. */
interface TarLimits {
  /** @default 500 000 */
  entries: number;
  /** Bytes of one extended header. @default 1 MiB */
  header: number;
}

const block = 512;
const types: Record<string, TarMember['type']> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};

/** Reads ustar, PAX and GNU long names, one entry after the other, without holding bodies in memory. */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  limits: TarLimits = { entries: 500_000, header: 1024 * 1024 },
): AsyncGenerator<TarMember> {
  const reader = new BlockReader(source);
  let extended: Record<string, string> = {};
  for (let count = 0; ;) {
    const bytes = await reader.read(block);
    // Archives end with blocks of zeros and padding of any length. It is read because the digest covers it.
    if (bytes.length === 0 || bytes.every((byte) => byte === 0)) return reader.drain();
    const head = parseHeader(bytes);
    if ('xgLK'.includes(head.flag)) {
      if (head.size > limits.header) throw archiveInvalid(`an extended header of ${head.size} bytes`);
      const content = await reader.read(head.size);
      await reader.skip(padding(head.size));
      if (head.flag !== 'g') extended = { ...extended, ...extension(head.flag, content) };
      continue;
    }
    if (++count > limits.entries) throw archiveInvalid(`more than ${limits.entries} entries`);
    const member = toMember(head, extended);
    extended = {};
    let left = member.size;
    async function* body() {
      while (left > 0) {
        const chunk = await reader.some(left);
        left -= chunk.length;
        yield chunk;
      }
    }
    yield { ...member, body: body() };
    await reader.skip(left + padding(member.size));
  }
}

interface Header {
  path: string;
  flag: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  target: string;
}

function parseHeader(bytes: Buffer): Header {
  const sum = bytes.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (number(bytes, 148, 8) !== sum) throw archiveInvalid('a header with a wrong checksum');
  const prefix = text(bytes, 257, 5) === 'ustar' && bytes[262] === 0 ? text(bytes, 345, 155) : '';
  const name = text(bytes, 0, 100);
  return {
    path: prefix ? `${prefix}/${name}` : name,
    flag: String.fromCharCode(bytes[156] ?? 0),
    mode: number(bytes, 100, 8) & 0o7777,
    uid: number(bytes, 108, 8),
    gid: number(bytes, 116, 8),
    size: number(bytes, 124, 12),
    target: text(bytes, 157, 100),
  };
}

function toMember(head: Header, extended: Record<string, string>): Omit<TarMember, 'body'> {
  const path = extended['path'] ?? head.path;
  const target = extended['linkpath'] ?? head.target;
  if (path.includes('\0') || target.includes('\0')) throw archiveInvalid('a path with a NUL byte');
  const type = head.flag === '0' && path.endsWith('/') ? 'directory' : (types[head.flag] ?? 'other');
  const declared = extended['size'] === undefined ? head.size : Number(extended['size']);
  if (!Number.isSafeInteger(declared) || declared < 0) throw archiveInvalid(`the size "${extended['size']}"`);
  const size = type === 'file' || type === 'other' ? declared : 0;
  return {
    path: path.replace(/\/+$/, ''),
    type,
    mode: head.mode,
    uid: head.uid,
    gid: head.gid,
    size,
    target,
  };
}

function extension(flag: string, content: Buffer): Record<string, string> {
  if (flag === 'L') return { path: text(content, 0, content.length) };
  if (flag === 'K') return { linkpath: text(content, 0, content.length) };
  const records: Record<string, string> = {};
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space));
    if (space < at || !Number.isInteger(length) || length < space - at + 3 || at + length > content.length) {
      throw archiveInvalid('an extended header that cannot be read');
    }
    const record = content.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    records[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return records;
}

function text(bytes: Buffer, at: number, length: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, end === -1 || end > at + length ? at + length : end);
}

/** Octal, or GNU's base-256 when the first bit is set. */
function number(bytes: Buffer, at: number, length: number): number {
  const value =
    ((bytes[at] ?? 0) & 0x80) !== 0
      ? Number(bytes.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n))
      : Number.parseInt(
          bytes
            .toString('latin1', at, at + length)
            .replace(/[\0 ]+$/, '')
            .trim() || '0',
          8,
        );
  if (!Number.isSafeInteger(value) || value < 0) throw archiveInvalid('a number that cannot be read');
  return value;
}

function padding(size: number): number {
  return (block - (size % block)) % block;
}
