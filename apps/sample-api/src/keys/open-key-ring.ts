import type { Key } from '../webhook/key.ts';
import { nextKeys, sameKeys, type ActiveKey } from './next-keys.ts';
import { readKeyFolder, type KeyProblem } from './read-key-folder.ts';
import { watchFolder } from './watch-folder.ts';

/** The keys in use, always current. */
export interface KeyRing {
  /** Sorted by id; empty until a first good key is found. */
  readonly keys: readonly ActiveKey[];
  /** What is wrong with the folder as it is now. While there is anything, `keys` is the last good set. */
  readonly problems: readonly KeyProblem[];
  close(): void;
}

/** Where a key ring tells what happens. A Fastify or pino logger is one. */
export interface KeyRingLog {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface KeyRingOptions {
  /** The folder: one file a key, named by its id. */
  readonly dir: string;
  /** How often to look without being told of a change, in milliseconds. */
  readonly pollMs: number;
  readonly log: KeyRingLog;
}

/** Opens the keys of a folder and follows its changes until closed. A missing or bad folder is no error: it may yet come. */
export async function openKeyRing({ dir, pollMs, log }: KeyRingOptions): Promise<KeyRing> {
  let keys: readonly ActiveKey[] = [];
  let problems: readonly KeyProblem[] = [];

  async function load(): Promise<void> {
    const folder = await readKeyFolder(dir);
    const found = folder.keys.length + folder.problems.length > 0 ? folder.problems : [emptyFolder(dir)];
    const next = nextKeys(keys, folder, new Date());

    if (!sameKeys(keys, next)) log.info({ keys: idsOf(next) }, 'signing keys are now these');
    if (!sameProblems(problems, found)) tellProblems(log, found, next);
    keys = next;
    problems = found;
  }

  // One load after the other: two at once could finish in the wrong order.
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
  return { file: dir, reason: 'there is no key in it' };
}

function sameProblems(one: readonly KeyProblem[], other: readonly KeyProblem[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function tellProblems(log: KeyRingLog, problems: readonly KeyProblem[], keys: readonly Key[]): void {
  const facts = { problems, keys: idsOf(keys) };
  if (problems.length === 0) log.info(facts, 'the key folder is good again');
  else log.error(facts, 'the key folder is bad; the keys named here are in use until it is mended');
}

function idsOf(keys: readonly Key[]): string[] {
  return keys.map(({ id }) => id);
}
