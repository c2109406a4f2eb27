import { StackError } from '../error.ts';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs work that uses the SDK's state, one after another: that state is the process's, and the SDK reports a failed registration as a rejection
 * that nobody handles, which must belong to the one run that is under way.
 *
 * @param timeout in seconds
 * @throws {StackError} `endless`
 */
export function inOneStack(timeout: number, work: () => Promise<void>): Promise<void> {
  const turn = last.then(() => watched(timeout, work));
  last = turn.catch(() => {});
  return turn;
}

/**
 * Variables that a program may see. Providers take regions, endpoints and credentials from the environment: with them
 * the graph would be another one on every machine.
 */
const OF_THE_MACHINE = /^(HOME|LANG|PATH|TEMP|TMP|TMPDIR|TZ|USER|NODE_.*)$/;

async function watched(timeout: number, work: () => Promise<void>): Promise<void> {
  const environment = process.env;
  process.env = Object.fromEntries(Object.entries(environment).filter(([name]) => OF_THE_MACHINE.test(name)));
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      process.on('unhandledRejection', reject);
      timer = setTimeout(() => reject(endless(timeout)), timeout * 1000);
      work().then(settled).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    process.env = environment;
    await settled(); // one failure rejects everything that depends on it
    process.removeAllListeners('unhandledRejection');
    for (const listener of others) process.on('unhandledRejection', listener);
  }
}

/** Rejections that nobody handles are reported after the microtasks; this waits until they have been. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function endless(timeout: number): StackError {
  return new StackError(
    'endless',
    `The program did not end within ${timeout} s. It waits for something that never comes, perhaps a promise that nobody resolves; ` +
      `a program that really needs longer gets it with --timeout.`,
    { value: timeout },
  );
}
