import type { Commit } from '../branch.ts';
import type { GitObject, ObjectFormat } from '../git-object.ts';
import { DELIMITER, FLUSH, packet, type PacketReader } from './packet.ts';
import { readPack, writePack } from './pack.ts';
import type { Reach, Service } from './service.ts';

const AGENT = 'agent=slipway';

/** What the end that takes objects says of itself. */
export interface Offer {
  /** The newest commit of the branch in question. */
  tip: Commit | undefined;
  format: ObjectFormat;
}

/** Reads where a branch stands. @throws {Error} for an end that does not report what it did */
export async function readOffer(receive: Service, ref: string): Promise<Offer> {
  const reader = await receive.greeting();
  const [first = '', ...rest] = await reader.lines();
  const [line = '', capabilities = ''] = first.split('\0');
  const offered = capabilities.split(' ');
  if (!offered.includes('report-status')) throw new Error('it does not report what became of a push');
  const found = [line, ...rest].find((one) => one.slice(one.indexOf(' ') + 1) === ref);
  return {
    tip: found?.slice(0, found.indexOf(' ')),
    format: offered.includes('object-format=sha256') ? 'sha256' : 'sha1',
  };
}

/** Objects to be sent. */
export interface Wanted {
  ids: ReadonlySet<string>;
  /** Whether there are commits among them: they come without their history. */
  commit: boolean;
  format: ObjectFormat;
  /** Leave out what lies in folders of wanted folders; of a commit, in folders of its folders. Not every end can. */
  filter: boolean;
}

/** Fetches objects, by id. @throws {Error} where the other end does not send them */
export async function fetchObjects(
  reach: Reach,
  { ids, commit, format, filter }: Wanted,
  signal?: AbortSignal,
): Promise<Map<string, GitObject>> {
  const upload = reach('git-upload-pack', signal);
  try {
    const lines = [
      'no-progress\n',
      'ofs-delta\n',
      ...(commit ? ['deepen 1\n'] : []),
      ...(filter ? ['filter tree:2\n'] : []),
      ...[...ids].map((id) => `want ${id}\n`),
      'done\n',
    ];
    const command = ['command=fetch\n', `${AGENT}\n`, `object-format=${format}\n`];
    const request = [...command.map(packet), DELIMITER, ...lines.map(packet), FLUSH];
    const reader = await upload.ask(Buffer.concat(request));
    return readPack(await readPackfile(reader), format);
  } finally {
    upload.close();
  }
}

async function readPackfile(reader: PacketReader): Promise<Buffer> {
  for (;;) {
    const section = await reader.next();
    if (typeof section === 'string') throw new Error('it sends no pack');
    if (section.toString('latin1').startsWith('packfile')) break;
    await reader.lines(); // which commits are the last ones
  }
  const chunks: Buffer[] = [];
  for (let read = await reader.next(); typeof read !== 'string'; read = await reader.next()) {
    if (read[0] === 3) throw new Error(read.toString('utf8', 1));
    if (read[0] === 1) chunks.push(read.subarray(1)); // else progress
  }
  return Buffer.concat(chunks);
}

/** Asks for a branch to be moved. @returns whether it was, in the other end's own words */
export async function pushObjects(
  receive: Service,
  { format }: Pick<Offer, 'format'>,
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
