import type { Commit } from '../branch.ts';
import type { GitObject, ObjectFormat } from '../git-object.ts';
import { DELIMITER, FLUSH, packet, type PacketReader } from './packet.ts';
import { readPack, writePack } from './pack.ts';
import type { Standing, Wanted } from './sender.ts';
import type { Service } from './service.ts';

const AGENT = 'agent=slipway';

/** With what the question for objects begins. */
export const FETCH = Buffer.concat([packet('command=fetch\n'), packet(`${AGENT}\n`)]);

/** Reads where a branch stands from the end that takes objects. @throws {Error} for one that does not report what it did */
export async function readOffer(receive: Service, ref: string): Promise<Standing> {
  const reader = await receive.greeting();
  const [first = '', ...rest] = await reader.lines();
  const [line = '', capabilities = ''] = first.split('\0');
  const offered = capabilities.split(' ');
  if (!offered.includes('report-status')) throw new Error('it does not report what became of a push');
  return { tip: tipIn([line, ...rest], ref), format: formatIn(offered) };
}

/** What the end that sends objects can do. */
export interface Abilities {
  format: ObjectFormat;
  /** Leave things out. */
  filter: boolean;
}

/** Reads it from how a conversation begins. @throws {Error} for an end that does not speak version 2 of the protocol */
export async function readAbilities(upload: Service): Promise<Abilities> {
  const reader = await upload.greeting();
  const [version, ...offered] = await reader.lines();
  const fetch = offered.find((line) => /^fetch(=|$)/.test(line))?.split(/[= ]/);
  if (version !== 'version 2' || fetch === undefined) throw new Error('it does not speak version 2');
  return { format: formatIn(offered), filter: fetch.includes('filter') };
}

/** Asks the end that sends objects where a branch stands. */
export async function readTip(
  upload: Service,
  ref: string,
  format: ObjectFormat,
): Promise<Commit | undefined> {
  const reader = await upload.ask(question('ls-refs', format, [`ref-prefix ${ref}\n`]));
  return tipIn(await reader.lines(), ref);
}

/** How much of what is wanted is taken. */
export interface Portion {
  /** What to leave out that nobody named, as `git rev-list --filter` writes it; not every end can. */
  filter?: string;
  /** Bytes of a pack that are read at most. */
  bytes?: number;
  /** Objects of a pack that are read at most; it begins with how many it has. */
  objects?: number;
}

/** The other end has more to send than is taken. */
export class TooMuch extends Error {}

/**
 * Fetches objects, by id.
 *
 * @throws {TooMuch}
 * @throws {Error} where the other end does not send them
 */
export async function fetchObjects(
  upload: Service,
  { ids, commit, format }: Wanted,
  { filter, ...most }: Portion = {},
): Promise<Map<string, GitObject>> {
  const lines = [
    'no-progress\n',
    'ofs-delta\n',
    ...(commit ? ['deepen 1\n'] : []),
    ...(filter === undefined ? [] : [`filter ${filter}\n`]),
    ...[...ids].map((id) => `want ${id}\n`),
    'done\n',
  ];
  const reader = await upload.ask(question('fetch', format, lines));
  return readPack(await readPackfile(reader, most), format);
}

function question(command: string, format: ObjectFormat, lines: readonly string[]): Buffer {
  const head = [`command=${command}\n`, `${AGENT}\n`, `object-format=${format}\n`];
  return Buffer.concat([...head.map(packet), DELIMITER, ...lines.map(packet), FLUSH]);
}

async function readPackfile(
  reader: PacketReader,
  { bytes = Infinity, objects = Infinity }: Omit<Portion, 'filter'>,
): Promise<Buffer> {
  for (;;) {
    const section = await reader.next();
    if (typeof section === 'string') throw new Error('it sends no pack');
    if (section.toString('latin1').startsWith('packfile')) break;
    await reader.lines(); // which commits are the last ones
  }
  const chunks: Buffer[] = [];
  let left = bytes;
  for (let read = await reader.next(); typeof read !== 'string'; read = await reader.next()) {
    if (read[0] === 3) throw new Error(read.toString('utf8', 1));
    if (read[0] !== 1) continue; // progress
    left -= read.length - 1;
    if (left < 0 || (chunks.length === 0 && read.length >= 13 && read.readUInt32BE(9) > objects))
      throw new TooMuch();
    chunks.push(read.subarray(1));
  }
  return Buffer.concat(chunks);
}

/** Asks for a branch to be moved. @returns whether it was, in the other end's own words */
export async function pushObjects(
  receive: Service,
  format: ObjectFormat,
  move: { ref: string; from: Commit; to: Commit },
  objects: readonly GitObject[],
): Promise<boolean> {
  const command = `${move.from} ${move.to} ${move.ref}\0 report-status quiet object-format=${format} ${AGENT}`;
  const reader = await receive.ask(Buffer.concat([packet(command), FLUSH, writePack(objects, format)]));
  const report = await reader.lines();
  if (!report.some((line) => line.startsWith('unpack ')))
    throw new Error('it does not say what became of the push');
  return report.includes('unpack ok') && report.includes(`ok ${move.ref}`);
}

/** The commit of a ref among lines that name one each. */
function tipIn(lines: readonly string[], ref: string): Commit | undefined {
  const found = lines.find((line) => line.slice(line.indexOf(' ') + 1) === ref);
  return found?.slice(0, found.indexOf(' '));
}

const formatIn = (offered: readonly string[]): ObjectFormat =>
  offered.includes('object-format=sha256') ? 'sha256' : 'sha1';
