import { open, type FileHandle } from 'node:fs/promises';
import { ImageError } from '../error.ts';
import { asReadFailure } from '../disk/read-failure.ts';

/** The headers of a program or library that the dynamic loader reads (System V gABI, chapters 4 and 5). */
export interface Elf {
  /** `e_machine`: 62 is x86-64, 183 is AArch64. */
  machine: number;
  /** The loader that starts the program (PT_INTERP). */
  interpreter?: string;
  /** Names of the required libraries (DT_NEEDED), in search order. */
  needed: string[];
  /** Folders searched before LD_LIBRARY_PATH, also for libraries of this file's libraries (DT_RPATH). */
  rpath: string[];
  /** Folders that are searched only for the libraries of this file (DT_RUNPATH). */
  runpath: string[];
  /** Required symbol versions (DT_VERNEED): `GLIBC_2.34`. */
  versions: string[];
}

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

const segments = { load: 1, dynamic: 2, interpreter: 3 };
const tags = {
  needed: 1,
  strings: 5,
  stringsSize: 10,
  rpath: 15,
  runpath: 29,
  versions: 0x6ffffffe,
  versionsCount: 0x6fffffff,
};
const partLimit = 16 * 1024 * 1024;
/** Limit for malformed files: the number of libraries, and of versions per library. */
const versionLimit = 200;

/**
 * Reads the headers of a 64-bit little-endian ELF file: a few kilobytes, independent of the file size.
 * @throws ImageError `elf-invalid`
 */
export async function readElf(file: string): Promise<Elf> {
  const handle = await openFile(file);
  try {
    return await parse(handle, file);
  } finally {
    await handle.close();
  }
}

function openFile(file: string): Promise<FileHandle> {
  return open(file).catch((error: unknown) => {
    throw asReadFailure(error, file);
  });
}

/** The processor (`e_machine`) of an ELF file of any width and byte order; undefined for other files. */
export async function elfMachine(file: string): Promise<number | undefined> {
  const handle = await openFile(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    if (bytesRead < 20 || buffer.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
    return buffer[5] === 2 ? buffer.readUInt16BE(18) : buffer.readUInt16LE(18);
  } finally {
    await handle.close();
  }
}

async function parse(handle: FileHandle, file: string): Promise<Elf> {
  const head = await bytesAt(handle, file, 0, 64);
  if (head.toString('latin1', 0, 4) !== '\x7fELF' || head[4] !== 2 || head[5] !== 1) {
    throw new ImageError(
      'elf-invalid',
      `"${file}" is not a 64-bit little-endian ELF file: use a pinned base instead`,
      { value: file },
    );
  }
  const parts = await readSegments(handle, file, head);
  const interpreter = parts.find(({ type }) => type === segments.interpreter);
  const dynamic = parts.find(({ type }) => type === segments.dynamic);
  return {
    machine: head.readUInt16LE(18),
    ...(interpreter ? { interpreter: cString(await segmentBytes(handle, file, interpreter), 0) } : {}),
    ...(dynamic
      ? await readDynamic(handle, file, parts, dynamic)
      : { needed: [], rpath: [], runpath: [], versions: [] }),
  };
}

async function readSegments(handle: FileHandle, file: string, head: Buffer): Promise<Segment[]> {
  const [size, count] = [head.readUInt16LE(54), head.readUInt16LE(56)];
  const table = await bytesAt(handle, file, Number(head.readBigUInt64LE(32)), size * count);
  return Array.from({ length: size >= 56 ? count : 0 }, (_, index) => {
    const at = index * size;
    return {
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: Number(table.readBigUInt64LE(at + 16)),
      size: Number(table.readBigUInt64LE(at + 32)),
    };
  });
}

async function readDynamic(handle: FileHandle, file: string, parts: readonly Segment[], dynamic: Segment) {
  const entries = dynamicEntries(await segmentBytes(handle, file, dynamic));
  const first = (tag: number) => entries.find((entry) => entry.tag === tag)?.value;
  const offset = offsetOf(parts, first(tags.strings) ?? 0);
  const strings = await bytesAt(handle, file, offset, first(tags.stringsSize) ?? 0);
  const all = (tag: number) =>
    entries.filter((entry) => entry.tag === tag).map(({ value }) => cString(strings, value));
  const folders = (tag: number) => all(tag).flatMap((text) => text.split(':').filter(Boolean));
  const names = await versionNames(
    handle,
    file,
    offsetOf(parts, first(tags.versions) ?? 0),
    first(tags.versionsCount) ?? 0,
  );
  return {
    needed: all(tags.needed),
    rpath: folders(tags.rpath),
    runpath: folders(tags.runpath),
    versions: names.map((at) => cString(strings, at)),
  };
}

/** Converts a memory address to an offset in the file. */
function offsetOf(parts: readonly Segment[], address: number): number {
  const home = parts.find(
    (part) => part.type === segments.load && address >= part.address && address < part.address + part.size,
  );
  return home ? home.offset + address - home.address : 0;
}

/** Reads `Elf64_Verneed` and `Elf64_Vernaux`: libraries, each with a list of string table offsets. */
async function versionNames(
  handle: FileHandle,
  file: string,
  begin: number,
  count: number,
): Promise<number[]> {
  const names: number[] = [];
  let at = begin;
  for (let library = 0; library < Math.min(count, versionLimit); library++) {
    const need = await bytesAt(handle, file, at, 16);
    let version = at + need.readUInt32LE(8);
    for (let left = Math.min(need.readUInt16LE(2), versionLimit); left > 0; left--) {
      const entry = await bytesAt(handle, file, version, 16);
      names.push(entry.readUInt32LE(8));
      version += entry.readUInt32LE(12);
    }
    at += need.readUInt32LE(12);
  }
  return names;
}

function dynamicEntries(bytes: Buffer): { tag: number; value: number }[] {
  const entries = [];
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const tag = Number(bytes.readBigInt64LE(at));
    if (tag === 0) break;
    entries.push({ tag, value: Number(bytes.readBigUInt64LE(at + 8)) });
  }
  return entries;
}

function segmentBytes(handle: FileHandle, file: string, segment: Segment): Promise<Buffer> {
  return bytesAt(handle, file, segment.offset, segment.size);
}

async function bytesAt(handle: FileHandle, file: string, offset: number, length: number): Promise<Buffer> {
  if (Number.isSafeInteger(offset) && length <= partLimit) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead === length) return buffer;
  }
  throw new ImageError('elf-invalid', `"${file}" is shorter than its headers say: install it again`, {
    value: file,
  });
}

function cString(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, end === -1 ? bytes.length : end);
}
