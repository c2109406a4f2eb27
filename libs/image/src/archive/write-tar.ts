import { fileChunks } from '../disk/read-chunks.ts';
import { ImageError } from '../error.ts';

/** One entry to write. Paths are relative to the root, without a leading or trailing slash. */
export type TarEntry =
  | { type: 'directory'; path: string; mode: number }
  | { type: 'symlink'; path: string; target: string }
  | {
      type: 'file';
      path: string;
      /** `by-content`: 0555 for files that begin with `#!` or an ELF header, else 0444. */
      mode: number | 'by-content';
      size: number;
      content: Uint8Array | { file: string };
    };

const block = 512;
const typeFlags = { file: '0', symlink: '2', directory: '5' } as const;
const sizeLimit = 8 ** 11;

/**
 * Adds every parent directory once (mode 0555), sorts by the bytes of the full path and refuses duplicate
 * paths. The set and the order of entries then depend only on the files.
 */
export function completeEntries(entries: readonly TarEntry[]): TarEntry[] {
  const byPath = new Map<string, TarEntry>();
  for (const entry of entries) {
    if (byPath.has(entry.path)) {
      throw new ImageError(
        'bundle-refused',
        `"${entry.path}" would be in the layer twice: remove one of the two`,
        { value: entry.path },
      );
    }
    byPath.set(entry.path, entry);
  }
  for (const entry of entries) {
    for (const path of parentsOf(entry.path)) {
      if (!byPath.has(path)) byPath.set(path, { type: 'directory', path, mode: 0o555 });
    }
  }
  return [...byPath.values()].sort((left, right) =>
    Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)),
  );
}

/** Writes a ustar archive: owner 0:0, no names, one time for all entries. @param mtime seconds since 1970. */
export async function* writeTar(entries: readonly TarEntry[], mtime = 0): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    if (entry.type === 'file') yield* fileEntry(entry, mtime);
    else yield header(entry, mtime, entry.type === 'symlink' ? 0o777 : entry.mode);
  }
  yield Buffer.alloc(2 * block);
}

function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

type FileEntry = Extract<TarEntry, { type: 'file' }>;

/** Computes the header from the first chunk, so a file is opened only once. */
async function* fileEntry(entry: FileEntry, mtime: number): AsyncGenerator<Uint8Array> {
  const { content, size } = entry;
  let isFirst = true;
  for await (const chunk of content instanceof Uint8Array ? [content] : readExactly(content.file, size)) {
    if (isFirst) yield header(entry, mtime, entry.mode === 'by-content' ? modeOf(chunk) : entry.mode);
    isFirst = false;
    yield chunk;
  }
  if (size % block !== 0) yield Buffer.alloc(block - (size % block));
}

/** Derives the mode from the first bytes, because umask or a checkout changes the mode on disk. */
function modeOf(begin: Uint8Array): number {
  const text = Buffer.from(begin.subarray(0, 4)).toString('latin1');
  return text.startsWith('#!') || text === '\x7fELF' ? 0o555 : 0o444;
}

async function* readExactly(file: string, size: number): AsyncGenerator<Uint8Array> {
  let found = 0;
  for await (const chunk of fileChunks(file, size)) {
    found += chunk.length;
    yield chunk;
  }
  if (found !== size) {
    throw new ImageError(
      'bundle-refused',
      `"${file}" changed while it was read: wait until it is no longer written, then run again`,
      { value: file },
    );
  }
}

function header(entry: TarEntry, mtime: number, mode: number): Buffer {
  const path = entry.type === 'directory' ? `${entry.path}/` : entry.path;
  const target = entry.type === 'symlink' ? entry.target : '';
  const size = entry.type === 'file' ? entry.size : 0;
  const name = splitName(path);
  const extended = [
    ...(name ? [] : [paxRecord('path', path)]),
    ...(fits(target, 100) ? [] : [paxRecord('linkpath', target)]),
    ...(size < sizeLimit ? [] : [paxRecord('size', String(size))]),
  ];
  const fields = {
    ...(name ?? { name: truncated(path), prefix: '' }),
    mode,
    size: size < sizeLimit ? size : 0,
    mtime,
    typeFlag: typeFlags[entry.type],
    target: fits(target, 100) ? target : truncated(target),
  };
  if (extended.length === 0) return ustarBlock(fields);
  return Buffer.concat([paxBlocks(extended.join('')), ustarBlock(fields)]);
}

/** Extended headers contain only values that do not fit into ustar. Their name is constant, without a pid. */
function paxBlocks(records: string): Buffer {
  const content = Buffer.from(records);
  const padded = Buffer.alloc(Math.ceil(content.length / block) * block);
  content.copy(padded);
  const fields = {
    name: 'PaxHeader',
    prefix: '',
    mode: 0o644,
    size: content.length,
    mtime: 0,
    typeFlag: 'x',
    target: '',
  };
  return Buffer.concat([ustarBlock(fields), padded]);
}

/** The length of a record includes its own digits (POSIX pax), so it is found by iteration. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function splitName(path: string): { name: string; prefix: string } | undefined {
  if (fits(path, 100)) return { name: path, prefix: '' };
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (name && fits(name, 100) && fits(prefix, 155)) return { name, prefix };
  }
  return undefined;
}

function fits(text: string, bytes: number): boolean {
  return text.length <= bytes && /^[\x20-\x7e]*$/.test(text);
}

function truncated(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '_').slice(-100);
}

interface UstarFields {
  name: string;
  prefix: string;
  mode: number;
  size: number;
  mtime: number;
  typeFlag: string;
  target: string;
}

function ustarBlock(fields: UstarFields): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, digits: number) =>
    bytes.write(value.toString(8).padStart(digits, '0'), at, 'ascii');
  bytes.write(fields.name, 0, 'ascii');
  octal(fields.mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(fields.size, 124, 11);
  octal(fields.mtime, 136, 11);
  bytes.write(fields.typeFlag, 156, 'ascii');
  bytes.write(fields.target, 157, 'ascii');
  bytes.write('ustar\x0000', 257, 'ascii');
  octal(0, 329, 7);
  octal(0, 337, 7);
  bytes.write(fields.prefix, 345, 'ascii');
  // The checksum is computed with its own field filled with spaces.
  bytes.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of bytes) sum += byte;
  octal(sum, 148, 6);
  bytes[154] = 0;
  return bytes;
}
