import { StackError } from '../error.ts';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs jobs that use the SDK's state one after another. That state is global to the process, and the SDK
 * reports a failed registration as an unhandled rejection, which must belong to exactly one running job.
 *
 * @param timeout in seconds
 * @throws {StackError} `endless`
 */
export function inOneStack(timeout: number, work: () => Promise<void>): Promise<void> {
  const run = last.then(() => watched(timeout, work));
  last = run.catch(() => {});
  return run;
}

/**
 * Environment variables that a program may see. Providers read regions, endpoints and credentials from the
 * environment; with those, the graph would differ from machine to machine.
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

/** Waits until unhandled rejections have been reported, which happens after the microtasks. */
async function settled(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

function endless(timeout: number): StackError {
  return new StackError(
    'endless',
    `The program did not end within ${timeout} s. It may wait for a promise that is never resolved. ` +
      `If it needs more time, raise the limit with --timeout.`,
    { value: timeout },
  );
}
