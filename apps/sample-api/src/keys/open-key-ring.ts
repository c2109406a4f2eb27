import type { Key } from '../webhook/key.ts';
import { nextKeys, sameKeys, type ActiveKey } from './next-keys.ts';
import { readKeyFolder, type KeyProblem } from './read-key-folder.ts';
import { watchFolder } from './watch-folder.ts';

/** The active keys, updated when the key folder changes. */
export interface KeyRing {
  /** Sorted by id; empty until a valid key is found. */
  readonly keys: readonly ActiveKey[];
  /** Current problems of the folder. While there are any, `keys` is the last valid set. */
  readonly problems: readonly KeyProblem[];
  close(): void;
}

/** The logger of a key ring, compatible with Fastify and pino loggers. */
interface KeyRingLog {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

interface KeyRingOptions {
  /** The key folder: one file per key, named after the key's id. */
  readonly dir: string;
  /** Interval at which the folder is read even without a file event, in milliseconds. */
  readonly pollMs: number;
  readonly log: KeyRingLog;
}

/** Reads the keys of a folder and follows changes until closed. A missing folder may appear later. */
export async function openKeyRing({ dir, pollMs, log }: KeyRingOptions): Promise<KeyRing> {
  let keys: readonly ActiveKey[] = [];
  let problems: readonly KeyProblem[] = [];

  async function load(): Promise<void> {
    const folder = await readKeyFolder(dir);
    const found = folder.keys.length + folder.problems.length > 0 ? folder.problems : [emptyFolder(dir)];
    const next = nextKeys(keys, folder, new Date());

    if (!sameKeys(keys, next)) log.info({ keys: idsOf(next) }, 'signing keys changed');
    if (!sameProblems(problems, found)) logProblems(log, found, next);
    keys = next;
    problems = found;
  }

  // Loads run one after another: concurrent loads could finish in the wrong order.
  let loading = load();
  await loading;
  const stop = watchFolder(dir, pollMs, () => (loading = loading.then(load)));

  return {
    get keys() {
      return keys;
    },
    get problems() {
      return problems;
    },
    close: stop,
  };
}

function emptyFolder(dir: string): KeyProblem {
  return { file: dir, reason: 'it contains no key' };
}

function sameProblems(one: readonly KeyProblem[], other: readonly KeyProblem[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function logProblems(log: KeyRingLog, problems: readonly KeyProblem[], keys: readonly Key[]): void {
  const facts = { problems, keys: idsOf(keys) };
  if (problems.length === 0) log.info(facts, 'the key folder is valid again');
  else log.error(facts, 'the key folder is invalid; the listed keys stay in use until it is corrected');
}

function idsOf(keys: readonly Key[]): string[] {
  return keys.map(({ id }) => id);
}
