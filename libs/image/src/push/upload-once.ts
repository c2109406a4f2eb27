import { passedDeadline } from '../registry/retry.ts';

const underWay = new Map<string, Promise<unknown>>();

/**
 * Runs an upload, unless the same one is under way in this process; then waits for that one instead. When the other
 * fails, this one is tried after all: its source, its deadline or its connection may be better.
 * Nothing is remembered afterwards, because a registry may lose what it had.
 * @param key names the repository, the account and the blob
 * @param signal ends the waiting
 * @returns what the upload returned, or `undefined` when another one did the work
 */
export async function uploadOnce<T>(
  key: string,
  signal: AbortSignal,
  upload: () => Promise<T>,
): Promise<T | undefined> {
  for (let other = underWay.get(key); other; other = underWay.get(key)) {
    if (await succeeds(other, signal)) return undefined;
  }
  const own = upload().finally(() => underWay.delete(key));
  underWay.set(key, own);
  return own;
}

/** @throws ImageError `deadline` when the signal comes first */
function succeeds(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(passedDeadline(signal.reason));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    const end = (success: boolean) => {
      signal.removeEventListener('abort', stop);
      resolve(success);
    };
    work.then(
      () => end(true),
      () => end(false),
    );
  });
}
